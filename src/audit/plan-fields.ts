import type { Proposal } from '../domain/approval.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import type { Plan } from '../domain/plan.ts'
import type { JsonObject } from '../kernel/json.ts'

type Bound = Pick<
  AuditRecord,
  | 'incidentId'
  | 'proposalId'
  | 'playbook'
  | 'riskClass'
  | 'changeType'
  | 'planHash'
  | 'policyVersion'
  | 'requester'
  | 'quorumRequired'
  | 'expiresAt'
>

/** Fields 10 to 13 that every entry about a proposal or its run carries: which exact plan, under which rules. */
export function planFields(proposal: Proposal): Bound {
  const { plan, required } = proposal
  return {
    incidentId: proposal.incidentId,
    proposalId: proposal.id,
    playbook: { name: plan.playbook.name, digest: plan.playbook.digest },
    riskClass: proposal.tier,
    changeType: required.approvals === 0 ? 'standard' : 'normal',
    planHash: proposal.planHash,
    policyVersion: proposal.policyVersion,
    requester: proposal.requester,
    quorumRequired: required.approvals,
    expiresAt: proposal.expiresAt.toISOString(),
  }
}

/** Field 12, said once, where a plan is put to people: what it is called with, on what state, and how it is taken back. */
export function planContent({
  inputs,
  steps,
}: Plan): Required<Pick<AuditRecord, 'params' | 'preconditions' | 'rollbackRef'>> {
  const undo = steps.flatMap((step) => (step.undo === null ? [] : [[step.id, step.undo.uses] as const]))
  const before = steps.flatMap((step): readonly (readonly [string, JsonObject])[] =>
    step.before === null ? [] : [[step.id, step.before]],
  )
  return {
    params: { inputs, steps: Object.fromEntries(steps.map((step) => [step.id, step.with])) },
    preconditions: Object.fromEntries(before),
    rollbackRef: undo.length === 0 ? 'none' : Object.fromEntries(undo),
  }
}
