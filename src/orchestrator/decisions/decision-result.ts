import type { Decision, Proposal } from '../../domain/approval.ts'
import type { Run } from '../../domain/run.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Refusal } from './refusal.ts'

export interface DecisionInput {
  readonly proposalId: string
  /** The incident of the card that was pressed; null when typed. A proposal of another incident is refused. */
  readonly incidentId: string | null
  readonly personId: string
  readonly decision: 'approve' | 'reject'
  /** What the card showed, or at least its first eight characters. Only a rejection may leave it out. */
  readonly planHash: string | null
  readonly reason: string | null
  readonly origin: Origin
  /** True for the button that asks a second time when the symptom is gone; pressing again later does the same. */
  readonly confirmed?: boolean
}

export interface DecisionResult {
  /**
   * `counted`: on record, the quorum is not there yet. `confirm_needed`: the symptom is gone, press once more.
   * `already_decided`: somebody, or this person, was first. `stop_requested`: rejected too late, the run stops between
   * steps.
   */
  readonly outcome: 'counted' | 'approved' | 'rejected' | 'already_decided' | 'confirm_needed' | 'stop_requested'
  readonly proposal: Proposal
  readonly decision: Decision | null
  readonly run: Run | null
  readonly missing: { readonly approvals: number; readonly fromOwningGroup: number; readonly text: string }
  /** One or two sentences for the asker. */
  readonly text: string
}

export type Decided =
  { readonly kind: 'result'; readonly result: DecisionResult } | { readonly kind: 'refused'; readonly refusal: Refusal }
