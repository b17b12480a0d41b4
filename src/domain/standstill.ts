/**
 * Work that ought to go on and does not:
 *
 *   run       no replica advances it, or its holder does nothing beyond the step's own deadline
 *   job       it failed three times, or ended its process three times
 *   duty      a duty of the clock that ended its process three times
 *   delivery  messages wait on a surface that can be reached, and nobody sends them
 *   log       the audit log has had no numbers, or no checkpoint, for too long
 */
export const STANDSTILL_KINDS = ['run', 'job', 'duty', 'delivery', 'log'] as const
export type StandstillKind = (typeof STANDSTILL_KINDS)[number]

/** What was seen in one look; `key` names the same one in every look. */
export interface Standstill {
  readonly key: string
  readonly kind: StandstillKind
  readonly incidentId: string | null
  readonly runId: string | null
  /** What stands still since when, and what to do. */
  readonly text: string
}
