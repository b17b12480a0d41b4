import { planFields } from '../../audit/plan-fields.ts'
import { incidentTarget } from '../incident-target.ts'
import { sealInOrder } from '../seal-in-order.ts'
import type { Actor } from '../../domain/actor.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { AuditOutcome, AuditRecord } from '../../domain/audit-entry.ts'
import type { Origin } from '../../domain/surface.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'

export interface Told {
  readonly actor: Actor
  readonly origin: Origin
  /** `noun.past`. */
  readonly event: string
  /** One sentence, in the present tense. */
  readonly text: string
  readonly outcome?: AuditOutcome
  readonly reasonCode?: string
  readonly runId?: string
  /** Fields of the entry that only this teller knows: approvals, what was planned, why it is an emergency. */
  readonly record?: Pick<
    AuditRecord,
    'approvals' | 'params' | 'preconditions' | 'rollbackRef' | 'breakGlass' | 'alertFingerprints'
  >
  /** Of what it moved. */
  readonly states?: AuditRecord['states']
  readonly details?: JsonObject
}

/** Audit leaves, timeline entries and a card refresh, in the transaction of what they tell of. */
export async function tellOfProposal(
  deps: Pick<Deps, 'seal'>,
  stores: Stores,
  proposal: Proposal,
  ...news: readonly Told[]
): Promise<void> {
  const { incidentId } = proposal
  await stores.audit.append(
    sealInOrder(
      deps,
      news.map((told) => proposalRecord(proposal, told)),
    ),
  )
  await stores.timeline.append(
    news.map(({ actor, origin, event, text }) => ({ incidentId, actor, origin, event, text })),
  )
  await stores.outbox.append([{ kind: 'card', incidentId, priority: 'approval' }])
}

export function proposalRecord(proposal: Proposal, told: Omit<Told, 'text'>): AuditRecord {
  const { plan } = proposal
  return {
    ...planFields(proposal),
    ...told.record,
    event: told.event,
    actor: told.actor,
    origin: told.origin,
    outcome: told.outcome ?? 'success',
    ...(told.reasonCode === undefined ? {} : { reasonCode: told.reasonCode }),
    ...(told.runId === undefined ? {} : { runId: told.runId }),
    ...(told.states === undefined ? {} : { states: told.states }),
    target: incidentTarget(plan),
    details: { state: proposal.state, ...told.details },
  }
}
