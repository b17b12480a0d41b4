/** What is kept for a while only (the audit log and all it tells of is not among it), and room made ahead. */
export interface Housekeeping {
  /** Deletes a bounded number of rows that are past their time, by database time; how many. */
  dropOld(): Promise<number>
  /** Makes the next months of the audit log where they are not there yet; how many. */
  makeMonths(): Promise<number>
}
