import type { Proposal } from '../domain/approval.ts'
import type { Plan } from '../domain/plan.ts'
import { isPlanIntact } from '../playbooks/plan-hash.ts'

export type VerifiedPlan = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly reason: string }

/**
 * What runs is parsed from the very bytes that were hashed, after the hash was made again from them. An approval signs
 * that hash; any other bytes, or any other binding, were approved by nobody.
 */
export function verifyPlan(proposal: Proposal): VerifiedPlan {
  if (!isPlanIntact(proposal)) {
    return { ok: false, reason: `the stored plan of ${proposal.id} is not the one that was approved` }
  }
  const plan = JSON.parse(proposal.planJson) as Plan
  if (plan.tier !== proposal.tier) {
    return { ok: false, reason: `${proposal.id} is stored with another tier than its plan has` }
  }
  return { ok: true, plan }
}
