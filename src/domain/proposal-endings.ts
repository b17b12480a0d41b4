import type { ProposalState } from './approval.ts'

/** What became of a proposal, in words; why stands behind it. Only a rejection is called one. */
export const PROPOSAL_ENDINGS: Readonly<Record<Exclude<ProposalState, 'pending'>, string>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  expired: 'Expired',
  superseded: 'Superseded',
  drifted: 'Void, since what was approved has changed',
  cancelled: 'Withdrawn',
}
