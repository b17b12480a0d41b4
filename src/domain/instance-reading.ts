/**
 * What one running instance (a pod, a function's version) measured within about a minute, of the requests between two
 * services. Sources differ in how much they know: what nobody measured is null, never zero.
 */
export interface InstanceReading {
  readonly at: Date
  /** The instance's own service. */
  readonly service: string
  readonly instance: string
  /** null where callers are not told apart. */
  readonly caller: string | null
  readonly callee: string
  /** 0 to 1; null when nothing was asked or nobody counted. */
  readonly errorShare: number | null
  readonly latencySeconds: number | null
}
