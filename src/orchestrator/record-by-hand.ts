import { planFields } from '../audit/plan-fields.ts'
import { incidentTarget } from './incident-target.ts'
import { humanActor } from '../domain/actor.ts'
import type { Proposal } from '../domain/approval.ts'
import type { Incident } from '../domain/incident.ts'
import type { Person } from '../domain/person.ts'
import type { Origin } from '../domain/surface.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import { NotFoundError, RefusedError } from '../kernel/errors.ts'
import type { Stores } from '../ports/stores.ts'
import { incidentResource, personPrincipal } from './authorization-subjects.ts'
import { endProposal } from './decisions/end-proposal.ts'
import { hasStarted } from './decisions/decision-ground.ts'
import type { Deps } from './dependencies.ts'
import { getPerson } from './proposals/known-person.ts'
import { findRun } from './proposals/start-run.ts'
import { requireAuthorized } from './require-authorized.ts'

export interface ByHandInput {
  readonly incidentId: string
  readonly personId: string
  /** What was done instead. */
  readonly text: string
  readonly origin: Origin
}

export interface ByHandResult {
  /** The proposal that this closed, when one was open. */
  readonly proposal: Proposal | null
  readonly text: string
}

const LONGEST = 1000

/** A person did it instead: that goes on the record, and the open proposal gives way. */
export async function recordByHand(deps: Deps, input: ByHandInput): Promise<ByHandResult> {
  const person = getPerson(deps, input.personId)
  const done = oneLineText(input.text, LONGEST)
  if (done === '') throw new RefusedError('text_missing', 'Say what was done: type "byhand <what was done>".')
  const incident = await deps.stores.incidents.find(input.incidentId)
  if (incident === undefined) throw new NotFoundError('incident', input.incidentId)
  await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: 'byhand',
    resource: incidentResource(deps.catalog, incident),
    origin: input.origin,
    name: person.name,
    incidentId: incident.id,
  })
  return deps.unitOfWork.run(async (stores) => {
    const proposal = await closeProposal(deps, stores, incident, person, done, input.origin)
    const text = `${person.name} did it by hand: ${done}.`
    const actor = humanActor(person)
    await stores.audit.append([
      deps.seal({
        event: 'byhand.recorded',
        actor,
        origin: input.origin,
        outcome: 'success',
        incidentId: incident.id,
        target: incidentTarget(incident),
        ...(proposal === null ? {} : planFields(proposal)),
        details: { done },
      }),
    ])
    await stores.timeline.append([
      { incidentId: incident.id, actor, origin: input.origin, event: 'byhand.recorded', text },
    ])
    await stores.outbox.append([{ kind: 'card', incidentId: incident.id, priority: 'status' }])
    return { proposal, text }
  })
}

async function closeProposal(
  deps: Deps,
  stores: Stores,
  incident: Incident,
  person: Person,
  done: string,
  origin: Origin,
): Promise<Proposal | null> {
  const current = await stores.proposalQueries.findCurrent(incident.id)
  if (current?.closedAt !== null) return null
  const locked = await stores.proposals.lock(current.id)
  if (locked?.proposal.closedAt !== null) return null
  const run = await findRun(stores, locked.proposal)
  if (hasStarted({ run })) {
    throw new RefusedError(
      'run_started',
      `${run?.id ?? 'The run'} has started. Stop it first, then record what you did.`,
    )
  }
  const ended = await endProposal(
    deps,
    stores,
    { proposal: locked.proposal, run },
    {
      to: 'cancelled',
      actor: humanActor(person),
      origin,
      reason: `${person.name} did it by hand: ${done}`,
      text: `${current.id} is closed, since ${person.name} did it by hand.`,
    },
  )
  return ended.proposal
}
