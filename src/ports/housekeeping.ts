/** What is kept for a while only. The audit log and everything it tells of is not among it. */
export interface Housekeeping {
  /** Deletes a bounded number of rows that are past their time, by database time; how many. */
  dropOld(): Promise<number>
}
