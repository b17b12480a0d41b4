import type { Proposal } from '../domain/approval.ts'
import type { Plan } from '../domain/plan.ts'
import { isPlanIntact } from '../playbooks/plan-hash.ts'
import type { Seen } from './run-session.ts'

export type VerifiedPlan = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly reason: string }

/**
 * What runs is parsed from the very bytes that were hashed, after the hash was made again from them. An approval signs
 * that hash; any other bytes, or any other binding, were approved by nobody. Asked of every reading: where all that the
 * hashes cover is equal to what was verified, letter by letter, so is the answer.
 */
export function verifyPlan(seen: Seen, proposal: Proposal): VerifiedPlan {
  const { verified } = seen
  if (verified !== undefined && isSame(verified.proposal, proposal)) return { ok: true, plan: verified.plan }
  if (!isPlanIntact(proposal)) {
    return { ok: false, reason: `the stored plan of ${proposal.id} is not the one that was approved` }
  }
  const plan = JSON.parse(proposal.planJson) as Plan
  if (plan.tier !== proposal.tier) {
    return { ok: false, reason: `${proposal.id} is stored with another tier than its plan has` }
  }
  seen.verified = { proposal, plan }
  return { ok: true, plan }
}

const COVERED = [
  ...(['planJson', 'planDigest', 'planHash', 'tier', 'plan'] as const),
  ...(['id', 'incidentId', 'requester', 'nonce', 'policyVersion'] as const),
]

function isSame(left: Proposal, right: Proposal): boolean {
  return COVERED.every((name) => left[name] === right[name]) && left.expiresAt.getTime() === right.expiresAt.getTime()
}
