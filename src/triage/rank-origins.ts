/** What runs where, and who calls whom. */
export interface Topology {
  /** The service of an instance. */
  readonly serviceOf: ReadonlyMap<string, string>
  readonly hostOf: ReadonlyMap<string, string>
  readonly hosts: ReadonlySet<string>
  /** Caller and callee. */
  readonly calls: readonly (readonly [string, string])[]
}
