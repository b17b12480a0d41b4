import { COUNTERSIGN } from '../../domain/actor.ts'
import type { Actor } from '../../domain/actor.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Run } from '../../domain/run.ts'
import { StaleError } from '../../kernel/errors.ts'
import type { Origin } from '../../domain/surface.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { planContent } from '../../audit/plan-fields.ts'
import { bindingOf, planHashOf } from '../../playbooks/plan-hash.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { loadQuorum } from './load-quorum.ts'
import type { PlanDraft } from './plan-for-incident.ts'
import { tellOfProposal } from './proposal-records.ts'
import { startRun } from './start-run.ts'
import { escalate, tellApprovers } from './tell-approvers.ts'

export interface NewProposalFacts {
  readonly incident: Incident
  readonly draft: PlanDraft
  /** `countersign` for the bot's own proposals. */
  readonly requester: Actor
  readonly origin: Origin
  /** Why this playbook, one sentence each. */
  readonly reasons: readonly string[]
  readonly policyVersion: string
  /** Of the alerts it is proposed for. */
  readonly alertFingerprints: readonly string[]
  /** The open proposal that this one takes the place of. */
  readonly supersedes: Proposal | null
}

export interface MadeProposal {
  readonly proposal: Proposal
  /** Only where it runs by itself. */
  readonly run: Run | null
}

const NONCE_BYTES = 16

/** One transaction: the older proposal gives way, the new one stands with its hash, and those who can decide are told. */
export async function makeProposal(deps: Deps, stores: Stores, facts: NewProposalFacts): Promise<MadeProposal> {
  await requireInForce(deps, stores, facts)
  if (facts.supersedes !== null) await supersede(deps, stores, facts.supersedes, facts)
  const proposal = await insertProposal(deps, stores, facts)
  await stores.findings.save(facts.incident.id, { noProposal: null })
  // What it would change is found out afterwards: no vendor stands between a plan and the people who decide on it.
  await stores.jobs.enqueue('proposal.preview', { proposalId: proposal.id }, { singletonKey: proposal.id })
  await tellOfProposal(deps, stores, proposal, {
    actor: facts.requester,
    origin: facts.origin,
    event: 'proposal.made',
    states: { proposal: proposal.state },
    text: `${facts.requester.name} proposes ${proposal.plan.playbook.name} (${proposal.id}, tier ${String(proposal.tier)}): ${proposal.plan.playbook.title}.`,
    record: { ...planContent(proposal.plan), alertFingerprints: facts.alertFingerprints },
    details: detailsOf(proposal),
  })
  deps.telemetry.count('proposals_made', { tier: String(proposal.tier), requester: facts.requester.type })
  if (facts.draft.runsByItself) return startByItself(deps, stores, proposal)
  await askPeople(deps, stores, proposal, facts.incident)
  return { proposal, run: null }
}

/**
 * The plan was made, and the policy asked, by one configuration; another one may have come into force meanwhile. What is
 * in force is held until this transaction ends: no plan of an older version appears beside a newer one.
 */
async function requireInForce(deps: Deps, stores: Stores, { draft, policyVersion }: NewProposalFacts): Promise<void> {
  const inForce = await stores.configuration.holdInForce()
  const { name, digest } = draft.plan.playbook
  const isCurrent =
    inForce === null ||
    (inForce === deps.configuration.digest &&
      policyVersion === deps.configuration.policyVersion &&
      deps.playbooks.some((playbook) => playbook.name === name && playbook.digest === digest))
  if (isCurrent) return
  throw new StaleError('configuration_moved', 'Other policies or playbooks came into force meanwhile. Ask again.')
}

async function supersede(deps: Deps, stores: Stores, older: Proposal, facts: NewProposalFacts): Promise<void> {
  const reason = `A newer plan takes its place.`
  const moved = await stores.proposals.move(older.id, ['pending'], 'superseded', reason)
  if (moved === undefined) return
  await tellOfProposal(deps, stores, moved, {
    actor: facts.requester,
    origin: facts.origin,
    event: 'proposal.superseded',
    states: { proposal: moved.state },
    text: `${older.id} gives way to a newer plan; its approvals do not count for the new one.`,
  })
}

async function insertProposal(deps: Deps, stores: Stores, facts: NewProposalFacts): Promise<Proposal> {
  const { draft, incident } = facts
  const { id, expiresAt } = await stores.proposals.reserve(deps.settings.approvalsTtlMs)
  const bound = {
    id,
    incidentId: incident.id,
    requester: facts.requester.id,
    nonce: Buffer.from(deps.randomBytes(NONCE_BYTES)).toString('hex'),
    policyVersion: facts.policyVersion,
    expiresAt,
  }
  return stores.proposals.insert({
    ...bound,
    plan: draft.plan,
    planJson: draft.planJson,
    planDigest: draft.planDigest,
    planHash: planHashOf(draft.planJson, bindingOf(bound)),
    tier: draft.plan.tier,
    tierReasons: draft.tierReasons,
    required: draft.required,
    reasons: facts.reasons,
  })
}

function detailsOf(proposal: Proposal): JsonObject {
  return {
    planDigest: proposal.planDigest,
    tier: proposal.tier,
    tierReasons: proposal.tierReasons,
    reasons: proposal.reasons,
    requester: proposal.requester,
    approvalsRequired: proposal.required.approvals,
    expiresAt: proposal.expiresAt.toISOString(),
  }
}

async function askPeople(deps: Deps, stores: Stores, proposal: Proposal, incident: Incident): Promise<void> {
  if (proposal.tier === 4) {
    await escalate(deps, stores, proposal, incident)
    return
  }
  const { facts } = await loadQuorum(deps, stores, proposal, incident)
  await tellApprovers(deps, stores, { proposal, step: null, incident, facts }, 'your approval is asked for.')
}

/** `act`, autonomous, tier 1 and not novel: nobody is asked, and the record says why. */
async function startByItself(deps: Deps, stores: Stores, proposal: Proposal): Promise<MadeProposal> {
  const reason = 'It runs by itself: the mode is act, the playbook is autonomous, and its tier is 1.'
  const approved = await stores.proposals.move(proposal.id, ['pending'], 'approved', null)
  if (approved === undefined) return { proposal, run: null }
  const run = await startRun(stores, approved)
  await tellOfProposal(deps, stores, approved, {
    actor: COUNTERSIGN,
    origin: 'clock',
    event: 'proposal.approved',
    states: { proposal: approved.state, run: run.state },
    text: `${proposal.id} needs no approval. ${reason}`,
    runId: run.id,
    details: { approvals: [], reason },
  })
  return { proposal: approved, run }
}
