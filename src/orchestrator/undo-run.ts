import type { Person } from '../domain/person.ts'
import type { Run } from '../domain/run.ts'
import type { Origin } from '../domain/surface.ts'
import { canBeUndone } from '../executor/steps-of-run.ts'
import { RefusedError } from '../kernel/errors.ts'
import { personPrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { recordRunRefusal } from './record-run-refusal.ts'
import { requireAuthorized } from './require-authorized.ts'
import { loadRunSubject } from './run-subject.ts'
import type { RunSubject } from './run-subject.ts'
import { tellRun } from './tell-run.ts'

export interface UndoRunInput {
  readonly runId: string
  readonly person: Person
  readonly origin: Origin
}

/**
 * One approver presses Undo: the undo steps of what was done run, last first, each under its own intent. They are part
 * of the approved plan, so no new quorum is asked for.
 */
export async function undoRun(deps: Deps, { runId, person, origin }: UndoRunInput): Promise<Run> {
  const subject = await loadRunSubject(deps, runId)
  await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: 'undo',
    resource: subject.resource,
    origin,
    name: person.name,
    incidentId: subject.run.incidentId,
    runId,
    context: { isFrozen: subject.isFrozen },
  })
  const request = { action: 'undo', person, origin, run: subject.run } as const
  return recordRunRefusal(deps, request, () => startUndo(deps, subject, { runId, person, origin }))
}

async function startUndo(deps: Deps, subject: RunSubject, { runId, person, origin }: UndoRunInput): Promise<Run> {
  const attempts = await deps.stores.ledger.list(runId)
  if (!canBeUndone(subject.proposal.plan, attempts)) {
    throw new RefusedError('nothing_to_undo', `${runId} did nothing that its playbook says how to undo.`)
  }
  return deps.unitOfWork.run(async (stores) => {
    const run = await stores.runControl.startUndo(runId, { by: person.id, from: origin })
    if (run === undefined) {
      const now = (await stores.runs.find(runId)) ?? subject.run
      throw new RefusedError(
        'not_undoable',
        `The state of ${runId} is ${now.state}${now.direction === 'undo' ? ' (its undo was started already)' : ''}; only a run that failed or stopped can be undone. For another way back, type "playbooks".`,
      )
    }
    const text = `${person.name} undoes ${runId}.`
    await tellRun(deps, stores, subject, {
      person,
      origin,
      event: 'run.undo_requested',
      text,
      record: { states: { run: run.state } },
    })
    await stores.jobs.enqueue('run.advance', { runId }, { singletonKey: runId })
    return run
  })
}
