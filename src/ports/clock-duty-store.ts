/** The lookout's own row: it only says when a pass came to its end. */
export const LOOKOUT_DUTY = 'look out'

/**
 * What the clock does, one row a duty:
 *
 *   begin → running (begun + 1) → end → idle (begun = 0)
 *   running → the process ends → begin again …; a duty that began three times and never ended is set aside
 */
export interface ClockDutyStore {
  /** Counts a try; how many tries in a row began and never ended, this one included. */
  begin(name: string, parkedAfter: number): Promise<number>
  end(name: string): Promise<void>
  /** A person looked: duties that were set aside are tried again. Their names. */
  resume(parkedAfter: number): Promise<readonly string[]>
  /** Seconds since a duty last ended, by the database's clock; null when none ever did. */
  lastEndedSeconds(name: string): Promise<number | null>
}
