/** What `doctor` prints of one connection or permission. `remedy` is empty when nothing needs doing. */
export interface ConnectorHealth {
  readonly ok: boolean
  readonly detail: string
  readonly remedy: string
}
