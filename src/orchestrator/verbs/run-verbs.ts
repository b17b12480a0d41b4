import { RefusedError } from '../../kernel/errors.ts'
import { answer } from './replies.ts'
import { findIncident } from './find-incident.ts'
import { parseSettle } from './parse-verb.ts'
import { settleStep } from '../settle-step.ts'
import { stopRun } from '../stop-run.ts'
import { undoRun } from '../undo-run.ts'
import type { Deps } from '../dependencies.ts'
import type { Reply } from './conversation.ts'
import type { Run } from '../../domain/run.ts'
import type { VerbCall } from './conversation-context.ts'

export async function stopVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const run = await newestRun(deps, call)
  const reason = call.request.rest === '' ? 'no reason given' : call.request.rest
  const stopped = await stopRun(deps, { runId: run.id, person: call.person, origin: call.place.surface, reason })
  return answer(`${stopped.id} stops before its next step. What was sent is followed to its end.`, {
    incidentId: run.incidentId,
  })
}

export async function settleVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const settle = parseSettle(call.request)
  const run = await shownRun(deps, call)
  const { text, isSettled } = await settleStep(deps, {
    runId: run.id,
    stepId: settle.stepId,
    choice: settle.answer,
    reason: settle.reason,
    person: call.person,
    origin: call.place.surface,
  })
  const whole = isSettled ? `${text.replace(/[.\s]+$/, '')}. The card shows how ${run.id} goes on.` : text
  return answer(whole, { incidentId: run.incidentId })
}

export async function undoVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const run = await shownRun(deps, call)
  await undoRun(deps, { runId: run.id, person: call.person, origin: call.place.surface })
  return answer(`${run.id} is being undone, last step first.`, { incidentId: run.incidentId })
}

/** Nobody undoes or settles what they have not seen: a card that is older than the newest run means another one. */
async function shownRun(deps: Deps, call: VerbCall): Promise<Run> {
  const run = await newestRun(deps, call)
  const shown = call.place.proposalId ?? run.proposalId
  if (shown === run.proposalId) return run
  throw new RefusedError(
    'other_run',
    `This card shows the run of ${shown}, and ${run.id} of ${run.proposalId} came after it. Decide on the newest card.`,
  )
}

async function newestRun(deps: Deps, call: VerbCall): Promise<Run> {
  const incident = await findIncident(deps, call)
  const runs = await deps.stores.runs.listByIncident(incident.id)
  const newest = runs.toSorted((left, right) => right.createdAt.getTime() - left.createdAt.getTime())[0]
  if (newest === undefined) {
    throw new RefusedError('no_run', `Nothing has run for ${incident.id}. A run starts when a proposal is approved.`)
  }
  return newest
}
