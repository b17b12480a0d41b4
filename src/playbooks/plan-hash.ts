import type { Proposal } from '../domain/approval.ts'
import type { Plan, PlanBinding } from '../domain/plan.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { Json } from '../kernel/json.ts'
import { sha256Hex } from '../kernel/sha256.ts'

/** Keeps these hashes apart from every other SHA-256 over JSON (TRUST section 3). */
const PREFIX = 'bot-plan-v1'

export function planJsonOf(plan: Plan): string {
  return canonicalJson(plan as unknown as Json)
}

/** Covers what will be done: equal for equal facts. */
export function planDigestOf(planJson: string): string {
  return sha256Hex(PREFIX, planJson)
}

/** What an approval signs: the plan, bound to incident, proposal, requester, nonce, policy version and expiry. */
export function planHashOf(planJson: string, binding: PlanBinding): string {
  const bound = { plan: JSON.parse(planJson) as Json, ...binding }
  return sha256Hex(PREFIX, canonicalJson(bound))
}

export function bindingOf(
  proposal: Pick<Proposal, 'id' | 'incidentId' | 'requester' | 'nonce' | 'policyVersion' | 'expiresAt'>,
): PlanBinding {
  return {
    incidentId: proposal.incidentId,
    proposalId: proposal.id,
    requester: proposal.requester,
    nonce: proposal.nonce,
    policyVersion: proposal.policyVersion,
    expiresAt: proposal.expiresAt.toISOString(),
  }
}

/** True when the stored bytes are those that were shown and signed; whoever runs a plan asks this first. */
export function isPlanIntact(proposal: Proposal): boolean {
  return (
    planJsonOf(proposal.plan) === proposal.planJson &&
    planDigestOf(proposal.planJson) === proposal.planDigest &&
    planHashOf(proposal.planJson, bindingOf(proposal)) === proposal.planHash
  )
}
