import { humanActor } from '../../domain/actor.ts'
import { approvalFields } from '../../audit/approval-fields.ts'
import type { Decision } from '../../domain/approval.ts'
import type { Stores } from '../../ports/stores.ts'
import { StaleError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'
import { loadQuorum } from '../proposals/load-quorum.ts'
import type { LoadedQuorum } from '../proposals/load-quorum.ts'
import { tellOfProposal } from '../proposals/proposal-records.ts'
import type { Told } from '../proposals/proposal-records.ts'
import { startRun } from '../proposals/start-run.ts'
import { tellApprovers } from '../proposals/tell-approvers.ts'
import { NOTHING_MISSING } from './nothing-missing.ts'
import type { Decided, DecisionInput } from './decision-result.ts'
import type { DecisionGround } from './decision-ground.ts'
import { insertDecision } from './insert-decision.ts'

/** A second press this soon is the same press twice, not a second thought. */
const SECOND_THOUGHT_MS = 2_000

export async function approve(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  input: DecisionInput,
): Promise<Decided> {
  const asked = await askAgain(stores, ground, input)
  if (asked !== undefined) return asked
  const decision = await insertDecision(stores, ground, 'approve', input.reason)
  const loaded = await loadQuorum(deps, stores, ground.proposal, ground.incident)
  const news = newsOf(ground, decision, loaded)
  return loaded.quorum.state === 'approved'
    ? start(deps, stores, ground, { decision, loaded, news })
    : wait(deps, stores, ground, { decision, loaded, news })
}

/** CONTRACT 7: when no alert fires any more, approving asks for a second confirmation. */
async function askAgain(stores: Stores, ground: DecisionGround, input: DecisionInput): Promise<Decided | undefined> {
  const { proposal, incident, person } = ground
  if (incident.quietSince === null) return undefined
  const minAgeMs = input.confirmed === true ? 0 : SECOND_THOUGHT_MS
  if (await stores.decisions.confirm(proposal.id, person.id, minAgeMs)) return undefined
  const since = incident.quietSince.toISOString().slice(11, 16)
  await stores.outbox.append([{ kind: 'card', incidentId: incident.id, priority: 'approval' }])
  return {
    kind: 'result',
    result: {
      outcome: 'confirm_needed',
      proposal,
      decision: null,
      run: null,
      missing: NOTHING_MISSING,
      text: `The symptom is gone since ${since} UTC: no alert of ${incident.id} fires any more. Nothing is counted yet. Approve once more if ${proposal.id} is to run all the same.`,
    },
  }
}

interface Counted {
  readonly decision: Decision
  readonly loaded: LoadedQuorum
  readonly news: Told
}

function newsOf(ground: DecisionGround, decision: Decision, loaded: LoadedQuorum): Told {
  const { quorum } = loaded
  const counted = quorum.counted.find((approval) => approval.personId === decision.personId)
  const standsIn = counted?.standsIn === true
  const inPlace = standsIn ? ' as commander, in place of the owning group, which has no approver' : ''
  return {
    actor: humanActor(ground.person),
    origin: ground.origin,
    event: 'decision.recorded',
    text: `${decision.personName} approves ${ground.proposal.id}${inPlace}.`,
    record: { approvals: approvalFields([decision]) },
    details: {
      decision: 'approve',
      planHashSeen: decision.planHash,
      roles: decision.rolesAtTime,
      groups: decision.groupsAtTime,
      rolesFrom: 'directory',
      reason: decision.reason,
      onCall: decision.onCall,
      standsIn,
      confirmedSymptomGone: ground.incident.quietSince !== null,
      missing: quorum.missing.approvals,
      beyondLimit: loaded.facts.fatigued.has(decision.personId),
    },
  }
}

async function wait(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  { decision, loaded, news }: Counted,
): Promise<Decided> {
  const { missing } = loaded.quorum
  await tellOfProposal(deps, stores, ground.proposal, news)
  const { proposal, incident } = ground
  const asked = { proposal, step: null, incident, facts: loaded.facts, onCall: ground.onCall }
  await tellApprovers(deps, stores, asked, 'one more approval is asked for.')
  return {
    kind: 'result',
    result: {
      outcome: 'counted',
      proposal: ground.proposal,
      decision,
      run: null,
      missing,
      text: `Your approval of ${ground.proposal.id} counts. ${missing.text}`,
    },
  }
}

/** The quorum is there: approved and queued in this very transaction. */
async function start(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  { decision, loaded, news }: Counted,
): Promise<Decided> {
  const { quorum } = loaded
  const approved = await stores.proposals.move(ground.proposal.id, ['pending'], 'approved', null)
  if (approved === undefined) {
    throw new StaleError('proposal_moved', `${ground.proposal.id} was decided in the meantime. Look at the card again.`)
  }
  const run = await startRun(stores, approved)
  const names = quorum.counted.map((approval) => approval.personName).join(' and ')
  await tellOfProposal(deps, stores, approved, news, {
    actor: humanActor(ground.person),
    origin: ground.origin,
    event: 'proposal.approved',
    // After a withdrawal the run is there already, and does not move.
    states: { proposal: approved.state, ...(ground.run === undefined ? { run: run.state } : {}) },
    text: `${approved.id} is approved by ${names}; ${run.id} starts.`,
    runId: run.id,
    record: { approvals: approvalFields(loaded.decisions) },
    details: {
      approvals: quorum.counted.map((approval) => ({ ...approval })),
      required: approved.required.approvals,
      expiresAt: approved.expiresAt.toISOString(),
    },
  })
  return {
    kind: 'result',
    result: {
      outcome: 'approved',
      proposal: approved,
      decision,
      run,
      missing: NOTHING_MISSING,
      text: `${approved.id} is approved by ${names}; ${run.id} starts.`,
    },
  }
}
