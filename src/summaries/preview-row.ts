export interface PreviewRow {
  /** Ours. */
  readonly label: string
  /** May hold text from outside. */
  readonly text: string
}
