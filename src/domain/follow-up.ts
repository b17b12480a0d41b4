/**
 * What a run leaves for people to do, kept until it is done. A rollback in Argo CD leaves the app out of sync with Git,
 * and one that suspended auto-sync leaves it off, because the next sync would bring the bad build back (CONNECTORS C.1,
 * trap 7).
 *
 * State machine of a follow-up:
 *
 *   open → done          the target shows that it is done, or the run that left it was undone; `finding` says which
 *   open → handed_over   a person says who or what takes it on from here; `finding` is what they said
 *
 * Both are final. While it is open it is looked at and reminded of by the database's clock, once for all replicas. What
 * is left may become less (`kind`): an undone rollback leaves only auto-sync to be switched on again.
 */
export const FOLLOW_UP_STATES = ['open', 'done', 'handed_over'] as const
export type FollowUpState = (typeof FOLLOW_UP_STATES)[number]

/**
 * `revert_and_enable`: revert in Git, then switch auto-sync on again. `revert`: revert in Git; auto-sync was off before.
 * `enable`: only switch auto-sync on again, since the rollback did not come or was undone.
 */
export const FOLLOW_UP_KINDS = ['revert_and_enable', 'revert', 'enable'] as const
export type FollowUpKind = (typeof FOLLOW_UP_KINDS)[number]

export interface FollowUp {
  /** `FUP-3`. */
  readonly id: string
  readonly incidentId: string
  readonly runId: string
  readonly stepId: string
  readonly kind: FollowUpKind
  /** The Argo CD application, as the plan names it. */
  readonly app: string
  readonly service: string | null
  /** The revision that was rolled back from and must not come back; null when it is not known. */
  readonly badRevision: string | null
  readonly state: FollowUpState
  readonly openedAt: Date
  readonly closedAt: Date | null
  /** How it ended, one sentence; null while it is open. */
  readonly finding: string | null
  /** Person id; null when it was found to be done. */
  readonly closedBy: string | null
  readonly reminders: number
}
