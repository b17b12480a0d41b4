import { RefusedError } from '../../kernel/errors.ts'
import { answer, refusal } from './replies.ts'
import { approveChangeVerb, changeIdOf, rejectChangeVerb } from './configuration-verbs.ts'
import { cancelProposal } from '../cancel-proposal.ts'
import { currentProposal } from './current-proposal.ts'
import { handOverFollowUp } from '../hand-over-follow-up.ts'
import { findIncident } from './find-incident.ts'
import { parseApprove, wrongUsage } from './parse-verb.ts'
import { readIncident } from '../read/read-incidents.ts'
import { readerOf } from './conversation-context.ts'
import { recordByHand } from '../record-by-hand.ts'
import { recordDecision } from '../record-decision.ts'
import { withdrawDecision } from '../withdraw-decision.ts'
import type { DecisionResult } from '../record-decision.ts'
import type { Deps } from '../dependencies.ts'
import type { Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

/** Nobody approves what they have not seen: without the hash the card is shown and nothing counts. */
export async function approveVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const changeId = changeIdOf(call.request.words[0])
  if (changeId !== null) return approveChangeVerb(deps, call, changeId)
  const { proposalId, hashPrefix } = parseApprove(call.request)
  const named = proposalId === null ? undefined : await deps.stores.proposals.find(proposalId)
  if (proposalId !== null && named === undefined) {
    throw new RefusedError(
      'unknown_proposal',
      `There is no proposal ${proposalId}. Type "status" to see the one that is open.`,
    )
  }
  if (named === undefined || hashPrefix === null) return showBeforeApproving(deps, call, named?.incidentId ?? null)
  const result = await recordDecision(deps, {
    proposalId: named.id,
    incidentId: null,
    personId: call.person.id,
    decision: 'approve',
    planHash: hashPrefix,
    reason: null,
    origin: call.place.surface,
  })
  return replyOf(result)
}

async function showBeforeApproving(deps: Deps, call: VerbCall, incidentId: string | null): Promise<Reply> {
  const id = incidentId ?? (await findIncident(deps, call)).id
  const card = await readIncident(deps, readerOf(call), id)
  const { proposal, run } = card
  if (run !== null && run.approval !== null) {
    const { stepId, hash } = run.approval
    const asked = `Nothing is counted yet. Step ${stepId} of ${run.id} asks; approve exactly it with: approve ${run.proposalId} ${hash.slice(0, 8)}`
    return answer(asked, { card, incidentId: id })
  }
  if (proposal?.state !== 'pending') {
    return refusal('nothing_to_approve', `Nothing waits for approval in ${id}.`, { card, incidentId: id })
  }
  const text = `Nothing is counted yet. This is the plan; approve exactly it with: approve ${proposal.id} ${proposal.planHash.slice(0, 8)}`
  return answer(text, { card, incidentId: id })
}

export async function rejectVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const changeId = changeIdOf(call.request.words[0])
  if (changeId !== null) return rejectChangeVerb(deps, call, changeId)
  const incident = await findIncident(deps, call)
  if (call.request.rest === '') throw wrongUsage('reject', 'A reason is missing: it goes on the record.')
  const proposal = await currentProposal(deps, incident)
  const result = await recordDecision(deps, {
    proposalId: proposal.id,
    incidentId: incident.id,
    personId: call.person.id,
    decision: 'reject',
    planHash: null,
    reason: call.request.rest,
    origin: call.place.surface,
  })
  return replyOf(result)
}

export async function withdrawVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const proposal = await currentProposal(deps, incident)
  const { text } = await withdrawDecision(deps, {
    proposalId: proposal.id,
    personId: call.person.id,
    origin: call.place.surface,
  })
  return answer(text, { incidentId: incident.id })
}

export async function cancelVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const proposal = await currentProposal(deps, incident)
  const reason = call.request.rest === '' ? null : call.request.rest
  const { text } = await cancelProposal(deps, {
    proposalId: proposal.id,
    personId: call.person.id,
    reason,
    origin: call.place.surface,
  })
  return answer(text, { incidentId: incident.id })
}

export async function byHandVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  if (call.request.rest === '') throw wrongUsage('byhand', 'What was done is missing.')
  const named = /^(fup-\d{1,12}) (.+)$/i.exec(call.request.rest)
  if (named !== null) {
    const [, id = '', text = ''] = named
    const origin = call.place.surface
    const intent = { incidentId: incident.id, person: call.person, origin, followUpId: id.toUpperCase(), text }
    const closed = await handOverFollowUp(deps, intent)
    return answer(`${closed.id} is handed over. Nobody is reminded of it any more.`, { incidentId: incident.id })
  }
  const input = {
    incidentId: incident.id,
    personId: call.person.id,
    text: call.request.rest,
    origin: call.place.surface,
  }
  const { text, proposal } = await recordByHand(deps, input)
  return answer(proposal === null ? text : `${text} ${proposal.id} is closed.`, { incidentId: incident.id })
}

/** What was decided before is told like a refusal: this press changed nothing. */
export function replyOf(result: DecisionResult): Reply {
  const { incidentId } = result.proposal
  const changedNothing = result.outcome === 'already_decided' || result.outcome === 'confirm_needed'
  return changedNothing
    ? refusal(result.outcome, result.text, { incidentId })
    : { ...answer(result.text, { incidentId }), code: result.outcome }
}
