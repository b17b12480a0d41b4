import { planFields } from '../audit/plan-fields.ts'
import { COUNTERSIGN } from '../domain/actor.ts'
import type { AuditOutcome, AuditRecord } from '../domain/audit-entry.ts'
import type { Attempt } from '../domain/run.ts'
import type { OutboxPriority } from '../ports/outbox.ts'
import type { Told } from '../ports/ledger-store.ts'
import type { Stores } from '../ports/stores.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { StepWork } from './next-work.ts'
import type { Progress, RunSession } from './run-session.ts'

type About = Pick<Progress, 'run' | 'proposal' | 'plan'>

/** The fields of an audit record that say which run of which approved plan it is about. */
export function recordOf(
  { run, proposal, plan }: About,
  event: string,
  outcome: AuditOutcome,
  details: JsonObject,
): AuditRecord {
  return {
    event,
    actor: COUNTERSIGN,
    origin: 'clock',
    outcome,
    ...planFields(proposal),
    runId: run.id,
    target: {
      system: 'countersign',
      resource: plan.service ?? 'none',
      environment: plan.environment,
      service: plan.service,
    },
    details,
  }
}

/** The same, about one attempt of one effect. */
export function stepRecordOf(
  about: About,
  event: string,
  outcome: AuditOutcome,
  { step, effect }: StepWork,
  attempt: Pick<Attempt, 'number' | 'idempotencyKey' | 'fence' | 'requestHash'>,
  details: JsonObject,
): AuditRecord & Required<Pick<AuditRecord, 'execution'>> {
  return {
    ...recordOf(about, event, outcome, { uses: step.uses, direction: step.direction, ...details }),
    target: {
      system: step.target.system,
      resource: step.target.resource,
      environment: about.plan.environment,
      service: about.plan.service,
    },
    stepId: step.id,
    stepIndex: step.index,
    execution: {
      attempt: attempt.number,
      effect,
      idempotencyKey: attempt.idempotencyKey,
      fence: attempt.fence,
      requestHash: attempt.requestHash,
    },
  }
}

/** Timeline and card, for a statement that tells of what it does itself. */
export function tellingOf({ held }: RunSession, event: string, text: string, card: OutboxPriority): Told {
  const { incidentId } = held.lease.run
  return { entry: { incidentId, actor: COUNTERSIGN, origin: 'clock', event, text }, card }
}

/** Timeline and card, in the transaction of what they tell of. */
export async function tell(
  session: RunSession,
  stores: Stores,
  event: string,
  text: string,
  priority: OutboxPriority,
): Promise<void> {
  const { incidentId } = session.held.lease.run
  await stores.timeline.append([{ incidentId, actor: COUNTERSIGN, origin: 'clock', event, text }])
  await stores.outbox.append([
    { kind: 'card', incidentId, priority },
    ...(priority === 'status' ? [] : [{ kind: 'thread', incidentId, text, priority } as const]),
  ])
}
