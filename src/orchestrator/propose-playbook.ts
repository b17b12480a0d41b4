import { humanActor } from '../domain/actor.ts'
import type { Proposal } from '../domain/approval.ts'
import type { Person } from '../domain/person.ts'
import { RefusedError } from '../kernel/errors.ts'
import { incidentResource, personPrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import type { PlanPlaybookInput } from './plan-playbook.ts'
import { getPerson } from './proposals/known-person.ts'
import { makeProposal } from './proposals/make-proposal.ts'
import { findFreeze, freezeText, howToLift, modeFor, servicesOf, servicesOfPlan } from './proposals/mode-and-freeze.ts'
import { planOnRequest } from './proposals/plan-on-request.ts'
import type { RequestedPlan } from './proposals/plan-on-request.ts'
import { activeRunOf, fingerprintsOf, openProposalOf, readProposalGround } from './proposals/proposal-ground.ts'
import type { ProposalGround } from './proposals/proposal-ground.ts'
import { requirementOf } from '../policy/approval-requirement.ts'
import type { PlanDraft } from './proposals/plan-for-incident.ts'
import { requireAuthorized } from './require-authorized.ts'

export interface RequestedProposal {
  readonly proposal: Proposal
  /** `kept` when an open proposal of the same person stands for exactly this plan. */
  readonly outcome: 'proposed' | 'kept'
  readonly replaced: Proposal | null
}

/**
 * The verb `run`: the person who typed it is the requester, also where the bot had proposed the same playbook. It never
 * runs by itself, whatever the mode: a person asked, so a person decides.
 */
export async function proposePlaybook(deps: Deps, input: PlanPlaybookInput): Promise<RequestedProposal> {
  const person = getPerson(deps, input.personId)
  const ground = await readProposalGround(deps, input.incidentId)
  await askPolicy(deps, input, person, ground, servicesOf(ground.incident, null))
  refuseWhereNothingMayRun(ground)
  const requested = await planOnRequest(deps, ground, input.playbook, input.inputs)
  const policyVersion = await askPolicy(
    deps,
    input,
    person,
    ground,
    servicesOfPlan(deps, ground.incident, requested.draft.plan),
  )
  const open = openProposalOf(ground) ?? null
  if (open?.planDigest === requested.draft.planDigest && open.requester === person.id) {
    return { proposal: open, outcome: 'kept', replaced: null }
  }
  const proposal = await insert(deps, input, person, ground, requested, policyVersion, open)
  return { proposal, outcome: 'proposed', replaced: open }
}

function refuseWhereNothingMayRun(ground: ProposalGround): void {
  const { incident } = ground
  if (incident.state === 'resolved') {
    throw new RefusedError('incident_resolved', `${incident.id} is resolved. Reopen it to run a playbook.`)
  }
  const open = openProposalOf(ground)
  const run = activeRunOf(ground)
  if (run !== undefined) {
    throw new RefusedError('run_active', `${run.id} goes on for ${incident.id}. Stop it, or wait until it has ended.`)
  }
  if (open?.state === 'approved') {
    throw new RefusedError('proposal_approved', `${open.id} is approved and about to run. Cancel it first.`)
  }
}

async function askPolicy(
  deps: Deps,
  input: PlanPlaybookInput,
  person: Person,
  { incident }: ProposalGround,
  services: readonly string[],
): Promise<string> {
  const mode = modeFor(deps, services)
  if (mode === 'observe') {
    throw new RefusedError(
      'mode_observe',
      `Countersign only observes ${services.join(' and ') || 'here'}, so nothing is proposed. Use "plan" to see the steps.`,
    )
  }
  const freeze = await findFreeze(deps, deps.stores, { services, environment: incident.environment })
  if (freeze !== undefined) throw new RefusedError('frozen', `${freezeText(freeze)} ${howToLift(freeze)}`)
  const verdict = await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: 'run',
    resource: incidentResource(deps.catalog, incident),
    origin: input.origin,
    name: person.name,
    incidentId: incident.id,
    context: { mode, isFrozen: false },
  })
  return verdict.policyVersion
}

function insert(
  deps: Deps,
  input: PlanPlaybookInput,
  person: Person,
  ground: ProposalGround,
  { draft, reasons }: RequestedPlan,
  policyVersion: string,
  supersedes: Proposal | null,
): Promise<Proposal> {
  return deps.unitOfWork.run(async (stores) => {
    const made = await makeProposal(deps, stores, {
      incident: ground.incident,
      draft: forPeople(draft),
      requester: humanActor(person),
      origin: input.origin,
      reasons: [`${person.name} asked for it.`, ...reasons],
      policyVersion,
      alertFingerprints: fingerprintsOf(ground),
      supersedes,
    })
    return made.proposal
  })
}

/** What runs by itself when the bot proposes it needs its one approval when a person asks. */
function forPeople(draft: PlanDraft): PlanDraft {
  if (!draft.runsByItself) return draft
  const { tier } = draft.plan
  const required = requirementOf({ tier, owner: draft.required.owningGroup, runsByItself: false })
  return { ...draft, runsByItself: false, required }
}
