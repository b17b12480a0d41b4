import type { Plan, Tier } from './plan.ts'
import type { OnCallStanding } from './on-call.ts'
import type { Role } from './person.ts'
import type { Origin } from './surface.ts'

/**
 * State machine of a proposal (CONTRACT 9):
 *
 *   pending → approved | rejected | expired | superseded | drifted | cancelled
 *   approved → pending    by withdrawing an approval, until the run's first step starts
 *   approved → rejected   by a rejection, until the run's first step starts
 *   pending → approved      also without the quorum, by breaking the glass (glass-break.ts)
 *   approved → drifted    when the target's state is no longer the approved one at the first step; a later step's drift stops the run
 *
 * Every move is a conditional UPDATE under the proposal's row lock. Rejection wins until the first intent is durable.
 */
export const PROPOSAL_STATES = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'superseded',
  'drifted',
  'cancelled',
] as const
export type ProposalState = (typeof PROPOSAL_STATES)[number]

export const PROPOSAL_MOVES: Readonly<Record<ProposalState, readonly ProposalState[]>> = {
  pending: ['approved', 'rejected', 'expired', 'superseded', 'drifted', 'cancelled'],
  approved: ['pending', 'rejected', 'drifted', 'cancelled', 'expired'],
  rejected: [],
  expired: [],
  superseded: [],
  drifted: [],
  cancelled: [],
}

/** How many decisions, from whom (CONTRACT 7). */
export interface QuorumRequirement {
  readonly approvals: number
  readonly role: Role
  readonly requesterMayApprove: boolean
  /** How many of the approvals must come from the owning group; the group's name, null when the service has no owner. */
  readonly fromOwningGroup: number
  readonly owningGroup: string | null
  /** Said on the card, one sentence a rule. */
  readonly rules: readonly string[]
}

export interface Decision {
  readonly proposalId: string
  readonly personId: string
  readonly personName: string
  readonly decision: 'approve' | 'reject'
  readonly reason: string | null
  /** The hash the person saw and pressed. */
  readonly planHash: string
  readonly rolesAtTime: readonly Role[]
  readonly groupsAtTime: readonly string[]
  readonly surface: Origin
  /** null where no schedule tells of the service. */
  readonly onCall: OnCallStanding | null
  readonly at: Date
  readonly withdrawnAt: Date | null
}

export interface Proposal {
  /** `PRO-3`. */
  readonly id: string
  readonly incidentId: string
  readonly state: ProposalState
  readonly plan: Plan
  /** The canonical bytes that were hashed, as text; what runs is parsed from these. */
  readonly planJson: string
  readonly planDigest: string
  readonly planHash: string
  readonly tier: Tier
  readonly tierReasons: readonly string[]
  readonly required: QuorumRequirement
  /** Person id, or `countersign`. */
  readonly requester: string
  readonly nonce: string
  readonly policyVersion: string
  /** Why this playbook, one sentence each. */
  readonly reasons: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly closedAt: Date | null
  readonly closedReason: string | null
  /** Person ids who confirmed a second time after the symptom was gone. */
  readonly symptomGone: boolean
  /** Approved by breaking the glass: until when steps may start; null for a proposal that waits for its quorum. */
  readonly glassUntil: Date | null
}
