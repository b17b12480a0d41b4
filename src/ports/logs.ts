export interface LogLine {
  readonly at: Date
  readonly text: string
}

/** A log store with Loki's query interface. */
export interface Logs {
  /** At most `limit`, the newest ones. */
  readLines(query: string, from: Date, to: Date, limit: number, signal: AbortSignal): Promise<readonly LogLine[]>
}
