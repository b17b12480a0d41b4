import type { QuorumRequirement } from './approval.ts'
import type { OnCallStanding } from './on-call.ts'
import type { Role } from './person.ts'
import type { Tier } from './plan.ts'
import type { Origin } from './surface.ts'

/**
 * State machine of a nested approval, the playbook action `approval`: one step of a run that asks people once more.
 *
 *   pending → approved    by the run itself, when it finds the quorum of the step's tier with the roles people have then
 *   pending → rejected    by one rejection; it wins until the run has taken the quorum, and ends the run at this step
 *   pending → expired     past its time by the database's clock; the run stops
 *   pending → drifted     the plan's playbook was taken out, so what people were asked about is no longer what it was
 *   pending → cancelled   a stop, a freeze or a revoked right of the plan itself ended the run first
 *
 * A plan that runs is not superseded by another, so neither is its nested approval. A target that is no longer as
 * approved ends the run at the step that would change it, behind the approval.
 *
 * The run is `waiting` meanwhile and nobody holds it. Every move is a conditional UPDATE under the proposal's row lock,
 * as with the plan's own decisions; who moves it wakes the run. Roles are read anew when the quorum is taken and before
 * every later step: an approval that lost its right before then counts no more.
 */
export const STEP_APPROVAL_STATES = ['pending', 'approved', 'rejected', 'expired', 'drifted', 'cancelled'] as const
export type StepApprovalState = (typeof STEP_APPROVAL_STATES)[number]

/** Keyed by run and step. */
export interface StepApproval {
  readonly runId: string
  readonly stepId: string
  readonly incidentId: string
  readonly proposalId: string
  readonly state: StepApprovalState
  readonly tier: Tier
  readonly title: string
  readonly required: QuorumRequirement
  /** Made when it is asked for; nothing of a lease or a fence is in it, so a crash changes nothing. */
  readonly nonce: string
  /** What an approval of this step signs: the plan's hash, run, step, tier, title, nonce and expiry. */
  readonly hash: string
  readonly askedAt: Date
  readonly expiresAt: Date
  readonly closedAt: Date | null
  readonly closedReason: string | null
}

/** One person's decision about one nested approval. */
export interface StepDecision {
  readonly runId: string
  readonly stepId: string
  readonly personId: string
  readonly personName: string
  readonly decision: 'approve' | 'reject'
  readonly reason: string | null
  /** The hash that was pressed. */
  readonly hash: string
  readonly rolesAtTime: readonly Role[]
  readonly groupsAtTime: readonly string[]
  readonly surface: Origin
  readonly onCall: OnCallStanding | null
  readonly at: Date
  readonly withdrawnAt: Date | null
}
