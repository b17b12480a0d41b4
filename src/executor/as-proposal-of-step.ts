import type { Proposal } from '../domain/approval.ts'
import type { StepApproval } from '../domain/step-approval.ts'

/**
 * A nested approval put like a proposal, with its own tier, quorum, hash and expiry: whoever judges who may decide, and
 * who is asked, judges both alike.
 */
export function asProposalOfStep(proposal: Proposal, approval: StepApproval): Proposal {
  const { tier, required, hash, expiresAt } = approval
  return { ...proposal, tier, required, planHash: hash, expiresAt }
}
