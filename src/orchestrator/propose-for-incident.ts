import { COUNTERSIGN } from '../domain/actor.ts'
import type { Proposal } from '../domain/approval.ts'
import type { Run } from '../domain/run.ts'
import { StaleError } from '../kernel/errors.ts'
import type { Held } from '../playbooks/select-playbook.ts'
import { incidentResource, servicePrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { choosePlaybook } from './proposals/choose-playbook.ts'
import type { Choice, Chosen } from './proposals/choose-playbook.ts'
import { makeProposal } from './proposals/make-proposal.ts'
import { findFreeze, freezeText, modeFor, servicesOf } from './proposals/mode-and-freeze.ts'
import { activeRunOf, fingerprintsOf, openProposalOf, readProposalGround } from './proposals/proposal-ground.ts'
import type { ProposalGround } from './proposals/proposal-ground.ts'
import { whyNotAgain } from './proposals/why-not-again.ts'
import { requireAuthorized } from './require-authorized.ts'

export type ProposeOutcome =
  | { readonly outcome: 'proposed'; readonly proposal: Proposal; readonly run: Run | null }
  /** An open proposal stands, and the facts ask for no other. */
  | { readonly outcome: 'kept'; readonly proposal: Proposal }
  | { readonly outcome: 'nothing'; readonly reason: string }

/**
 * The bot's own proposal, by the job `incident.propose`: the best playbook that fits, with its plan, tier and hash. It
 * reads the targets outside of any transaction, and asks a model, where there is one, in which order it would try the
 * candidates; the facts card stands long before. Then one transaction makes the proposal, or leaves the one that stands
 * when the facts are still the same. Where nothing is proposed, the card says why.
 */
export async function proposeForIncident(
  deps: Deps,
  input: { readonly incidentId: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<ProposeOutcome> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await proposeOnce(deps, input.incidentId, signal)
    } catch (error) {
      // Another replica proposed in the meantime: look again once, and then keep what it made.
      if (!(error instanceof StaleError) || tries > 1) throw error
      if (error.code === 'configuration_moved') await deps.configuration.catchUp()
    }
  }
}

async function proposeOnce(deps: Deps, incidentId: string, signal: AbortSignal): Promise<ProposeOutcome> {
  const ground = await readProposalGround(deps, incidentId)
  const open = openProposalOf(ground)
  const standing = keepStanding(ground, open)
  if (standing !== undefined) return standing
  const refusal = await whyNothing(deps, ground)
  if (refusal !== undefined) return proposeNothing(deps, ground, refusal)
  const { policyVersion, choice, reasons } = await choose(deps, ground, signal)
  if (choice === undefined) return proposeNothing(deps, ground, reasons)
  const chosen = chosenOf(ground, choice)
  if (open?.planDigest === chosen.draft.planDigest) return { outcome: 'kept', proposal: open }
  // Whatever a model would rather have: where the facts alone would propose nothing more, nothing is.
  const again = whyNotAgain(ground, choice.byFacts.draft.planDigest)
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

/** What people turned down, or what has run, does not come again because a model puts it first. */
function chosenOf(ground: ProposalGround, { byFacts, byAdvice }: Choice): Chosen {
  if (byAdvice === null || whyNotAgain(ground, byAdvice.draft.planDigest) !== undefined) return byFacts
  return byAdvice
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

/** The policy is asked first: where the bot may propose nothing, no target is read and no model asked. */
async function choose(
  deps: Deps,
  ground: ProposalGround,
  signal: AbortSignal,
): Promise<{ policyVersion: string; choice: Choice | undefined; reasons: string }> {
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
  const answer = await choosePlaybook(deps, ground, signal)
  if (answer.ok) return { policyVersion, choice: answer.choice, reasons: '' }
  return { policyVersion, choice: undefined, reasons: reasonOf(answer.refused, whereToLook(ground)) }
}

const MOST_REASONS = 3

function reasonOf(all: readonly Held[], look: string): string {
  if (all.length === 0) return `There are no playbooks. ${look}`
  const reasons = all.map(({ playbook, reasons: own }) => `${playbook}: ${own.join(' ')}`)
  const more = reasons.length > MOST_REASONS ? ` And ${String(reasons.length - MOST_REASONS)} more do not fit.` : ''
  return `No playbook fits. ${reasons.slice(0, MOST_REASONS).join(' ')}${more} ${look}`
}

/** What a person looks at first, where the bot knows of nothing to do. */
function whereToLook({ incident, alerts, findings }: ProposalGround): string {
  const [leading] = findings.suspects
  if (leading !== undefined) return `Look first at the ${leading.kind} of ${leading.service}, which is suspected.`
  const first = alerts.toSorted((left, right) => left.startsAt.getTime() - right.startsAt.getTime())[0]
  if (first === undefined) return `Look first at ${incident.service ?? 'what was reported'}.`
  return `Look first at ${first.service ?? incident.service ?? 'the alerts'}, where ${first.name} began.`
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
