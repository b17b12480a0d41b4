import { humanActor } from '../domain/actor.ts'
import type { Person } from '../domain/person.ts'
import type { Run } from '../domain/run.ts'
import type { Origin } from '../domain/surface.ts'
import type { Verb } from '../domain/verb.ts'
import { RefusedError } from '../kernel/errors.ts'
import type { Deps } from './dependencies.ts'

export interface RunRequest {
  readonly action: Verb
  readonly person: Person
  readonly origin: Origin
  readonly run: Pick<Run, 'id' | 'incidentId' | 'proposalId'>
}

/** Does what a person asked of a run; a refusal goes on the audit log after its transaction was rolled back. */
export async function recordRunRefusal<T>(deps: Deps, request: RunRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const { action, person, origin, run } = request
    deps.telemetry.count('refusals', { reason: error.code, origin })
    await deps.stores.audit.append([
      deps.seal({
        event: 'request.refused',
        actor: humanActor(person),
        origin,
        outcome: 'refused',
        reasonCode: error.code,
        target: { system: 'countersign', resource: `Run:${run.id}`, environment: null },
        incidentId: run.incidentId,
        proposalId: run.proposalId,
        runId: run.id,
        details: { action },
      }),
    ])
    throw error
  }
}
