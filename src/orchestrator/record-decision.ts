import type { Stores } from '../ports/stores.ts'
import type { Decision } from '../domain/approval.ts'
import { approve } from './decisions/approve.ts'
import { decideStep } from './decisions/decide-step.ts'
import { findPressedStep } from './decisions/find-pressed-step.ts'
import { describeEnding } from './decisions/describe-ending.ts'
import { hasStarted, lockDecisionGround } from './decisions/decision-ground.ts'
import type { DecisionGround } from './decisions/decision-ground.ts'
import { expireNow } from './decisions/expire-now.ts'
import type { Decided, DecisionInput, DecisionResult } from './decisions/decision-result.ts'
import { NOTHING_MISSING } from './decisions/nothing-missing.ts'
import { readOnCall } from './decisions/read-on-call.ts'
import type { OnCallNow } from './decisions/read-on-call.ts'
import { recordRefusal, toError } from './decisions/refusal.ts'
import type { Refusal } from './decisions/refusal.ts'
import { reject } from './decisions/reject.ts'
import { whyNotDecide } from './decisions/why-not-decide.ts'
import type { Deps } from './dependencies.ts'
import { getPerson } from './proposals/known-person.ts'

export type { DecisionInput, DecisionResult } from './decisions/decision-result.ts'

/**
 * One person's decision about one exact plan (DESIGN 4), in one transaction under the proposal's row lock: who they are
 * now, what the policy says, the hash they saw, expiry by the database's clock, one decision a person, the quorum; and
 * when it is there, the run. A replayed or late press changes nothing and learns who decided.
 */
export async function recordDecision(deps: Deps, input: DecisionInput): Promise<DecisionResult> {
  const person = getPerson(deps, input.personId)
  const onCall = await onCallFor(deps, input.proposalId)
  const decided = await deps.unitOfWork.run(async (stores): Promise<Decided> => {
    const ground = await lockDecisionGround(deps, stores, input.proposalId, person, input.origin, onCall)
    return decide(deps, stores, ground, input)
  })
  if (decided.kind === 'refused') throw toError(decided.refusal)
  deps.telemetry.count('decisions_recorded', { decision: input.decision, outcome: decided.result.outcome })
  return decided.result
}

/** The plan's service never changes, so it is read without the lock. */
async function onCallFor(deps: Deps, proposalId: string): Promise<OnCallNow | null> {
  if (deps.onCall === null) return null
  const proposal = await deps.stores.proposals.find(proposalId)
  return proposal === undefined ? null : readOnCall(deps, proposal.plan.service)
}

async function decide(deps: Deps, stores: Stores, ground: DecisionGround, input: DecisionInput): Promise<Decided> {
  const refuse = async (refusal: Refusal): Promise<Decided> => ({
    kind: 'refused',
    refusal: await recordRefusal(deps, stores, ground, input.decision, refusal),
  })
  if (deps.directory.findById(input.personId) === undefined) {
    return refuse({ code: 'unknown_person', text: 'You are not in the directory any more, so this does not count.' })
  }
  if (input.incidentId !== null && input.incidentId !== ground.proposal.incidentId) {
    const text = `${ground.proposal.id} belongs to another incident than this card. Decide on its own card.`
    return refuse({ code: 'wrong_incident', text })
  }
  const step = await findPressedStep(stores, ground, input)
  if (step !== undefined) return decideStep(deps, stores, ground, step, input)
  const late = await answerLate(stores, ground, input)
  if (late !== undefined) return { kind: 'result', result: late }
  const refusal = await whyNotDecide(deps, stores, ground, input.decision, input.planHash)
  if (refusal !== undefined) return refuse(refusal)
  if (ground.isExpired && !hasStarted(ground)) {
    const expired = await expireNow(deps, stores, ground)
    await recordRefusal(deps, stores, { ...ground, proposal: expired }, input.decision, EXPIRED)
    return {
      kind: 'refused',
      refusal: { ...EXPIRED, text: `${describeEnding({ ...ground, proposal: expired })} ${EXPIRED.text}` },
    }
  }
  return input.decision === 'approve' ? approve(deps, stores, ground, input) : reject(deps, stores, ground, input)
}

const EXPIRED: Refusal = { code: 'proposal_expired', text: 'Type "run" with its playbook to propose it again.' }

/** Buttons of a card that is finished or superseded: told how it ended, and every copy of the card is refreshed. */
async function answerLate(
  stores: Stores,
  ground: DecisionGround,
  input: DecisionInput,
): Promise<DecisionResult | undefined> {
  const { proposal, person } = ground
  const own = ground.decisions.find((decision) => decision.personId === person.id && decision.withdrawnAt === null)
  const isPending = proposal.closedAt === null && proposal.state === 'pending'
  if (mayStillDecide(ground, input.decision, own)) return undefined
  await stores.outbox.append([{ kind: 'card', incidentId: proposal.incidentId, priority: 'approval' }])
  return {
    outcome: 'already_decided',
    proposal,
    decision: own ?? null,
    run: ground.run ?? null,
    missing: NOTHING_MISSING,
    text:
      isPending && own !== undefined
        ? `You have approved ${proposal.id} already, at ${own.at.toISOString().slice(11, 16)} UTC; one person counts once.`
        : describeEnding(ground),
  }
}

/** Who has approved may still reject, and what is approved may be rejected until its run has ended. */
function mayStillDecide(
  { proposal }: DecisionGround,
  decision: DecisionInput['decision'],
  own: Decision | undefined,
): boolean {
  if (proposal.closedAt !== null) return false
  if (decision === 'reject') return proposal.state === 'pending' || proposal.state === 'approved'
  return proposal.state === 'pending' && own === undefined
}
