import type { Actor } from '../../domain/actor.ts'
import type { AuditRecord } from '../../domain/audit-entry.ts'
import type { StepApproval } from '../../domain/step-approval.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { proposalRecord } from '../proposals/proposal-records.ts'
import type { DecisionGround } from './decision-ground.ts'

export interface StepTold {
  readonly actor: Actor
  /** `noun.past`. */
  readonly event: string
  /** One sentence, in the present tense. */
  readonly text: string
  readonly details: JsonObject
  /** As it was counted. */
  readonly approvals?: AuditRecord['approvals']
  /** Of the approval, when this moved it. */
  readonly state?: StepApproval['state']
}

/** Audit leaf, timeline and card, in the transaction of what they tell of. The plan's hash stands beside the step's. */
export async function tellOfStep(
  deps: Deps,
  stores: Stores,
  { proposal, origin }: Pick<DecisionGround, 'proposal' | 'origin'>,
  approval: StepApproval,
  { actor, event, text, details, approvals, state }: StepTold,
): Promise<void> {
  const { incidentId, runId, stepId } = approval
  const states = state === undefined ? {} : { states: { stepApproval: state } }
  const record = approvals === undefined ? {} : { record: { approvals } }
  const told = { actor, origin, event, runId, ...states, ...record, details: { tier: approval.tier, ...details } }
  await stores.audit.append([deps.seal({ ...proposalRecord(proposal, told), stepId })])
  await stores.timeline.append([{ incidentId, actor, origin, event, text }])
  await stores.outbox.append([{ kind: 'card', incidentId, priority: 'approval' }])
}
