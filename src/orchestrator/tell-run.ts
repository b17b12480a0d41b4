import { planFields } from '../audit/plan-fields.ts'
import { humanActor } from '../domain/actor.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import type { Person } from '../domain/person.ts'
import type { Origin } from '../domain/surface.ts'
import type { Stores } from '../ports/stores.ts'
import type { Deps } from './dependencies.ts'
import { incidentTarget } from './incident-target.ts'
import type { RunSubject } from './run-subject.ts'

export interface RunSaying {
  readonly person: Person
  readonly origin: Origin
  readonly event: string
  readonly text: string
  readonly record?: Partial<
    Pick<AuditRecord, 'stepId' | 'details' | 'reasonCode' | 'execution' | 'states' | 'approvals'>
  >
}

/** What a person did to a run: audit leaf, timeline and card, in the transaction of what they did. */
export async function tellRun(
  deps: Deps,
  stores: Stores,
  { run, proposal }: Pick<RunSubject, 'run' | 'proposal'>,
  { person, origin, event, text, record }: RunSaying,
): Promise<void> {
  const actor = humanActor(person)
  const { incidentId } = run
  await stores.audit.append([
    deps.seal({
      event,
      actor,
      origin,
      outcome: 'success',
      ...planFields(proposal),
      target: incidentTarget(proposal.plan),
      runId: run.id,
      ...record,
    }),
  ])
  await stores.timeline.append([{ incidentId, actor, origin, event, text }])
  await stores.outbox.append([{ kind: 'card', incidentId, priority: 'status' }])
}
