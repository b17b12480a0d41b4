import { COUNTERSIGN } from '../domain/actor.ts'
import type { Proposal } from '../domain/approval.ts'
import type { Run } from '../domain/run.ts'
import { StaleError } from '../kernel/errors.ts'
import { incidentResource, servicePrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { makeProposal } from './proposals/make-proposal.ts'
import { findFreeze, freezeText, modeFor, servicesOf, servicesOfPlan } from './proposals/mode-and-freeze.ts'
import { planForIncident } from './proposals/plan-for-incident.ts'
import type { PlanDraft } from './proposals/plan-for-incident.ts'
import {
  activeRunOf,
  fingerprintsOf,
  openProposalOf,
  readProposalGround,
  shortlistFor,
} from './proposals/proposal-ground.ts'
import type { ProposalGround } from './proposals/proposal-ground.ts'
import { whyNotAgain } from './proposals/why-not-again.ts'
import { requireAuthorized } from './require-authorized.ts'

export type ProposeOutcome =
  | { readonly outcome: 'proposed'; readonly proposal: Proposal; readonly run: Run | null }
  /** An open proposal stands, and the facts ask for no other. */
  | { readonly outcome: 'kept'; readonly proposal: Proposal }
  | { readonly outcome: 'nothing'; readonly reason: string }

interface Chosen {
  readonly draft: PlanDraft
  readonly reasons: readonly string[]
}

/**
 * The bot's own proposal, by the job `incident.propose`: the best playbook that fits, with its plan, tier and hash. It
 * reads the targets outside of any transaction; then one transaction makes the proposal, or leaves the one that stands
 * when the facts are still the same. Where nothing is proposed, the card says why.
 */
export async function proposeForIncident(deps: Deps, input: { readonly incidentId: string }): Promise<ProposeOutcome> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await proposeOnce(deps, input.incidentId)
    } catch (error) {
      // Another replica proposed in the meantime: look again once, and then keep what it made.
      if (!(error instanceof StaleError) || tries > 1) throw error
      if (error.code === 'configuration_moved') await deps.configuration.catchUp()
    }
  }
}

async function proposeOnce(deps: Deps, incidentId: string): Promise<ProposeOutcome> {
  const ground = await readProposalGround(deps, incidentId)
  const open = openProposalOf(ground)
  const standing = keepStanding(ground, open)
  if (standing !== undefined) return standing
  const refusal = await whyNothing(deps, ground)
  if (refusal !== undefined) return proposeNothing(deps, ground, refusal)
  const { policyVersion, chosen, reasons } = await choose(deps, ground)
  if (chosen === undefined) return proposeNothing(deps, ground, reasons)
  if (open?.planDigest === chosen.draft.planDigest) return { outcome: 'kept', proposal: open }
  const again = whyNotAgain(ground, chosen.draft.planDigest)
  if (again !== undefined) return proposeNothing(deps, ground, again)
  const made = await deps.unitOfWork.run((stores) =>
    makeProposal(deps, stores, {
      incident: ground.incident,
      draft: chosen.draft,
      requester: COUNTERSIGN,
      origin: 'clock',
      reasons: chosen.reasons,
      policyVersion,
      alertFingerprints: fingerprintsOf(ground),
      supersedes: open ?? null,
    }),
  )
  deps.log.info({ incidentId, proposalId: made.proposal.id, tier: made.proposal.tier }, 'a proposal was made')
  return { outcome: 'proposed', ...made }
}

/** What a person asked for, and what is approved or running, is not replaced by the bot. */
function keepStanding(ground: ProposalGround, open: Proposal | undefined): ProposeOutcome | undefined {
  if (open !== undefined && (open.state === 'approved' || open.requester !== COUNTERSIGN.id)) {
    return { outcome: 'kept', proposal: open }
  }
  const run = activeRunOf(ground)
  return run === undefined ? undefined : { outcome: 'nothing', reason: `${run.id} goes on.` }
}

async function whyNothing(deps: Deps, ground: ProposalGround): Promise<string | undefined> {
  const { incident, findings } = ground
  if (incident.state === 'resolved') return 'The incident is resolved.'
  if (incident.quietSince !== null) return 'The symptom is gone: no alert of this incident fires any more.'
  const target = findings.suspects[0]?.service ?? null
  const services = servicesOf(incident, target)
  if (modeFor(deps, services) === 'observe') return 'Countersign only observes here and proposes nothing.'
  const freeze = await findFreeze(deps, deps.stores, { services, environment: incident.environment })
  return freeze === undefined ? undefined : `${freezeText(freeze)} Nothing is proposed until then.`
}

/** The first of the shortlist whose plan can be made; else why none can. */
async function choose(
  deps: Deps,
  ground: ProposalGround,
): Promise<{ policyVersion: string; chosen: Chosen | undefined; reasons: string }> {
  const { incident, findings } = ground
  const { policyVersion } = await requireAuthorized(deps, {
    principal: servicePrincipal(COUNTERSIGN.id),
    action: 'propose',
    resource: incidentResource(deps.catalog, incident),
    origin: 'clock',
    name: COUNTERSIGN.name,
    incidentId: incident.id,
    context: { mode: modeFor(deps, servicesOf(incident, findings.suspects[0]?.service ?? null)), isFrozen: false },
  })
  const { fits, unfit } = await shortlistFor(deps, ground)
  const refused: string[] = []
  for (const { playbook, alert, suspect, reasons } of fits) {
    const answer = await planForIncident(deps, { incident, playbook, alert, suspect, given: {} })
    const unfitReasons = answer.ok
      ? await whyNotOn(deps, servicesOfPlan(deps, incident, answer.draft.plan), incident.environment)
      : answer.reasons
    if (answer.ok && unfitReasons.length === 0) {
      return { policyVersion, chosen: { draft: answer.draft, reasons }, reasons: '' }
    }
    refused.push(`${playbook.name}: ${unfitReasons.join(' ')}`)
  }
  const others = unfit.map(({ playbook, reasons }) => `${playbook.name}: ${reasons.join(' ')}`)
  return { policyVersion, chosen: undefined, reasons: reasonOf([...refused, ...others]) }
}

/** The steps may name other services than the one that is suspected. */
async function whyNotOn(
  deps: Deps,
  services: readonly string[],
  environment: string | null,
): Promise<readonly string[]> {
  if (modeFor(deps, services) === 'observe') return [`Countersign only observes ${services.join(' and ')}.`]
  const freeze = await findFreeze(deps, deps.stores, { services, environment })
  return freeze === undefined ? [] : [freezeText(freeze)]
}

const MOST_REASONS = 3

function reasonOf(reasons: readonly string[]): string {
  if (reasons.length === 0) return 'There are no playbooks.'
  const more = reasons.length > MOST_REASONS ? ` And ${String(reasons.length - MOST_REASONS)} more do not fit.` : ''
  return `No playbook fits. ${reasons.slice(0, MOST_REASONS).join(' ')}${more}`
}

/** A pending plan stays as it is: whoever approves it, the target's state is compared before anything is sent. */
async function proposeNothing(deps: Deps, ground: ProposalGround, reason: string): Promise<ProposeOutcome> {
  const { incident, findings } = ground
  if (findings.noProposal !== reason) {
    await deps.unitOfWork.run(async (stores) => {
      await stores.findings.save(incident.id, { noProposal: reason })
      await stores.outbox.append([{ kind: 'card', incidentId: incident.id, priority: 'status' }])
    })
  }
  return { outcome: 'nothing', reason }
}
