export interface RefusalCount {
  readonly source: string
  readonly reason: string
  readonly minute: Date
  readonly count: number
}

/** Requests refused before anybody was known to have sent them. */
export interface RefusalStore {
  /** Counts; true when it is the first of its source, reason and minute, which is then audited. */
  count(source: string, reason: string, by: number): Promise<boolean>
  /** Minutes that are over and held more refusals than the one audited at once; each is handed out once. */
  closeMinutes(): Promise<readonly RefusalCount[]>
}
