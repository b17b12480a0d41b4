import { findFreeze, freezeText, howToLift, servicesOfPlan } from '../proposals/mode-and-freeze.ts'
import { incidentResource, personPrincipal } from '../authorization-subjects.ts'
import { loadQuorum } from '../proposals/load-quorum.ts'
import { namesInWords } from './glass-words.ts'
import { nextApprovers } from '../proposals/next-approvers.ts'
import { NotFoundError, RefusedError } from '../../kernel/errors.ts'
import { proposePlaybook } from '../propose-playbook.ts'
import { requireAuthorized } from '../require-authorized.ts'
import { whyNotAtAll } from './why-not-break-glass.ts'
import type { Deps } from '../dependencies.ts'
import type { IncidentIntent } from '../incident-moves.ts'
import type { Proposal } from '../../domain/approval.ts'

export interface ShowGlassInput extends IncidentIntent {
  readonly playbook: string
  readonly reason: string
}

const HASH_SHOWN = 8

/**
 * What would run if the glass were broken now, and the line that does it. Nothing runs: the plan is proposed as by `run`,
 * so that the approvers are asked in any case; a proposal of this playbook that is open already stays as it is.
 */
export async function showGlass(deps: Deps, input: ShowGlassInput): Promise<{ readonly text: string }> {
  const { incidentId, person, origin, playbook, reason } = input
  const incident = await deps.stores.incidents.find(incidentId)
  if (incident === undefined) throw new NotFoundError('incident', incidentId)
  await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: 'breakglass',
    resource: incidentResource(deps.catalog, incident),
    origin,
    name: person.name,
    incidentId,
  })
  const refusal = whyNotAtAll(deps, playbook, reason)
  if (refusal !== undefined) throw new RefusedError(refusal.code, refusal.text)
  const proposal = await openOrNew(deps, input)
  if (proposal.tier === 4) {
    const text = `${proposal.id} is tier 4, which Countersign does not run, not even by breaking the glass: do its steps by hand and record it with "byhand".`
    throw new RefusedError('tier_4', text)
  }
  const services = servicesOfPlan(deps, incident, proposal.plan)
  const freeze = await findFreeze(deps, deps.stores, { services, environment: incident.environment })
  if (freeze !== undefined) {
    const text = `${freezeText(freeze)} Break-glass does not go through a freeze. ${howToLift(freeze)}`
    throw new RefusedError('frozen', text)
  }
  const loaded = await loadQuorum(deps, deps.stores, proposal, incident)
  const others = nextApprovers(deps, proposal, incident, loaded.facts).filter(({ id }) => id !== person.id)
  const told = namesInWords(others.map(({ name }) => name))
  return {
    text: `Nothing runs yet. ${proposal.id} is the plan; ${told} can approve it. To run exactly it without them, which tells them and needs a review, type your reason after: breakglass ${proposal.id} ${proposal.planHash.slice(0, HASH_SHOWN)}`,
  }
}

async function openOrNew(deps: Deps, { incidentId, person, origin, playbook }: ShowGlassInput): Promise<Proposal> {
  const current = await deps.stores.proposalQueries.findCurrent(incidentId)
  const isOpen = current?.state === 'pending' && current.closedAt === null
  if (isOpen && current.plan.playbook.name === playbook) return current
  const made = await proposePlaybook(deps, { incidentId, playbook, inputs: {}, personId: person.id, origin })
  return made.proposal
}
