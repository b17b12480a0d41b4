import type { Person } from '../domain/person.ts'
import type { Run } from '../domain/run.ts'
import type { Origin } from '../domain/surface.ts'
import { RefusedError } from '../kernel/errors.ts'
import { personPrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { recordRunRefusal } from './record-run-refusal.ts'
import { requireAuthorized } from './require-authorized.ts'
import { loadRunSubject } from './run-subject.ts'
import type { RunSubject } from './run-subject.ts'
import { tellRun } from './tell-run.ts'

export interface StopRunInput {
  readonly runId: string
  readonly person: Person
  readonly origin: Origin
  readonly reason: string
  /** `cancel` of a running run is a stop under another name. */
  readonly action?: 'stop' | 'cancel'
}

/**
 * Asks a run to stop between steps. What was sent is followed to its end; nothing new is sent. The replica that holds
 * the run looks at least every two seconds; a run that nobody holds is advanced at once, to its end.
 */
export async function stopRun(deps: Deps, input: StopRunInput): Promise<Run> {
  const subject = await loadRunSubject(deps, input.runId)
  const { person, origin } = input
  await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: input.action ?? 'stop',
    resource: subject.resource,
    origin,
    name: person.name,
    incidentId: subject.run.incidentId,
    runId: subject.run.id,
    context: { isFrozen: subject.isFrozen },
  })
  const request = { action: input.action ?? 'stop', person, origin, run: subject.run }
  return recordRunRefusal(deps, request, () => askToStop(deps, subject, input))
}

function askToStop(deps: Deps, subject: RunSubject, { person, origin, reason }: StopRunInput): Promise<Run> {
  return deps.unitOfWork.run(async (stores) => {
    const run = await stores.runs.requestStop(subject.run.id, person.id, reason)
    if (run === undefined) {
      throw new RefusedError('run_ended', `${subject.run.id} is over (${subject.run.state}); there is nothing to stop.`)
    }
    const text = `${person.name} stops ${run.id}: ${reason}`
    await tellRun(deps, stores, subject, {
      person,
      origin,
      event: 'run.stop_requested',
      text,
      record: { details: { reason } },
    })
    await stores.jobs.enqueue('run.advance', { runId: run.id }, { singletonKey: run.id })
    return run
  })
}
