import type { Actor } from '../../domain/actor.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { AuditOutcome, AuditRecord } from '../../domain/audit-entry.ts'
import type { Origin } from '../../domain/surface.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { OutboxPriority } from '../../ports/outbox.ts'
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
  readonly priority?: OutboxPriority
  readonly details?: JsonObject
}

/** Audit leaf, timeline entry and card refresh of one move of a proposal, in the transaction of the move. */
export async function tellOfProposal(deps: Deps, stores: Stores, proposal: Proposal, told: Told): Promise<void> {
  await stores.audit.append([deps.seal(proposalRecord(proposal, told))])
  await stores.timeline.append([
    {
      incidentId: proposal.incidentId,
      actor: told.actor,
      origin: told.origin,
      event: told.event,
      text: told.text,
    },
  ])
  await stores.outbox.append([{ kind: 'card', incidentId: proposal.incidentId, priority: told.priority ?? 'approval' }])
}

export function proposalRecord(proposal: Proposal, told: Omit<Told, 'text' | 'priority'>): AuditRecord {
  const { plan } = proposal
  return {
    event: told.event,
    actor: told.actor,
    origin: told.origin,
    outcome: told.outcome ?? 'success',
    ...(told.reasonCode === undefined ? {} : { reasonCode: told.reasonCode }),
    ...(told.runId === undefined ? {} : { runId: told.runId }),
    target: { system: 'countersign', resource: plan.service ?? 'none', environment: plan.environment },
    incidentId: proposal.incidentId,
    proposalId: proposal.id,
    playbook: { name: plan.playbook.name, digest: plan.playbook.digest },
    planHash: proposal.planHash,
    policyVersion: proposal.policyVersion,
    details: { state: proposal.state, ...told.details },
  }
}
