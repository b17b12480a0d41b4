import { requireReviewed } from './break-glass/require-reviewed.ts'
import { byPerson, moveIncident, requireIncident, tellOfIncident } from './incident-moves.ts'
import { ENDED_RUN_STATES } from '../domain/run.ts'
import { planFields } from '../audit/plan-fields.ts'
import { describeFollowUp } from '../summaries/describe-follow-up.ts'
import { humanActor } from '../domain/actor.ts'
import { incidentTarget } from './incident-target.ts'
import { RefusedError } from '../kernel/errors.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'
import type { Stores } from '../ports/stores.ts'

export interface ResolveIntent extends IncidentIntent {
  /** The open follow-up that the person named, knowing that it stays open. */
  readonly confirmed?: string | null
}

/** Only people resolve. What a run left open stays open and goes on being reminded of; whoever resolves names it first. A proposal that still waits is cancelled; a run that has not ended must end first. */
export async function resolveIncident(deps: Deps, intent: ResolveIntent): Promise<Incident> {
  const incident = await requireIncident(deps, intent, 'resolve')
  return deps.unitOfWork.run(async (stores) => {
    // An approval takes the same lock: it either has its run by now, or finds the proposal cancelled.
    const current = await stores.proposalQueries.findCurrent(incident.id)
    if (current !== undefined) await stores.proposals.lock(current.id)
    await requireNoActiveRun(stores, incident.id)
    await requireReviewed(deps, stores, incident)
    await requireFollowUpNamed(stores, incident.id, intent.confirmed ?? null)
    const moved = await moveIncident(stores, incident, 'resolved')
    if (current !== undefined) await cancelProposal(deps, stores, intent, current.id)
    const text = `${intent.person.name} resolves it.`
    await tellOfIncident(deps, stores, moved, byPerson(intent, 'incident.resolved', text))
    return moved
  })
}

async function requireNoActiveRun(stores: Stores, incidentId: string): Promise<void> {
  const runs = await stores.runs.listByIncident(incidentId)
  const active = runs.find((run) => !ENDED_RUN_STATES.includes(run.state))
  if (active === undefined) return
  throw new RefusedError(
    'run_active',
    `${active.id} is still ${active.state}. Wait for its end, stop it with: stop ${incidentId}, or settle its unknown step; then resolve.`,
  )
}

async function requireFollowUpNamed(stores: Stores, incidentId: string, confirmed: string | null): Promise<void> {
  const open = (await stores.followUps.list(incidentId)).filter(({ state }) => state === 'open')
  const [first] = open
  if (first === undefined || open.some(({ id }) => id === confirmed)) return
  throw new RefusedError(
    'follow_up_open',
    `${open.map(describeFollowUp).join(' ')} To resolve all the same: resolve ${incidentId} ${first.id}. It stays open and goes on being reminded of.`,
  )
}

async function cancelProposal(deps: Deps, stores: Stores, intent: IncidentIntent, id: string): Promise<void> {
  const reason = `${intent.person.name} resolved the incident`
  const cancelled = await stores.proposals.move(id, ['pending'], 'cancelled', reason)
  if (cancelled === undefined) return
  await stores.audit.append([
    deps.seal({
      event: 'proposal.cancelled',
      actor: humanActor(intent.person),
      origin: intent.origin,
      outcome: 'success',
      reasonCode: 'incident_resolved',
      ...planFields(cancelled),
      target: incidentTarget(cancelled.plan),
      states: { proposal: cancelled.state },
    }),
  ])
}
