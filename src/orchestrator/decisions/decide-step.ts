import { approvalFields } from '../../audit/approval-fields.ts'
import { COUNTERSIGN, humanActor } from '../../domain/actor.ts'
import type { StepApproval, StepDecision } from '../../domain/step-approval.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import { StaleError } from '../../kernel/errors.ts'
import type { Stores } from '../../ports/stores.ts'
import { asProposalOfStep } from '../../executor/as-proposal-of-step.ts'
import { loadStepQuorum } from '../proposals/load-step-quorum.ts'
import { tellApprovers } from '../proposals/tell-approvers.ts'
import type { Deps } from '../dependencies.ts'
import type { DecisionGround } from './decision-ground.ts'
import type { Decided, DecisionInput, DecisionResult } from './decision-result.ts'
import { describeStepEnding } from './describe-step-ending.ts'
import { NOTHING_MISSING } from './nothing-missing.ts'
import { LONGEST_REASON, REASON_MISSING } from './reject.ts'
import { standingOf } from './read-on-call.ts'
import { recordRefusal } from './refusal.ts'
import type { Refusal } from './refusal.ts'
import { tellOfStep } from './tell-of-step.ts'
import { whyNotDecide } from './why-not-decide.ts'

/**
 * A decision about a nested approval, under the proposal's row lock like any other: the same rules of who may, by the
 * step's own tier; one decision a person; expiry by the database's clock. It moves the step and wakes the run; what the
 * run makes of it, the run says. Rejecting wins until the run has taken the quorum.
 */
export async function decideStep(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  pressed: StepApproval,
  input: DecisionInput,
): Promise<Decided> {
  const found = await stores.stepApprovals.find(pressed.runId, pressed.stepId)
  const approval = found?.approval ?? pressed
  const all = await stores.stepApprovals.listDecisions(approval.runId)
  const decisions = all.filter(({ stepId }) => stepId === approval.stepId)
  if (approval.state !== 'pending') return late(stores, ground, describeStepEnding(approval, decisions))
  const asked = { ...ground, proposal: asProposalOfStep(ground.proposal, approval) }
  const refuse = async (refusal: Refusal): Promise<Decided> => ({
    kind: 'refused',
    refusal: await recordRefusal(deps, stores, asked, input.decision, refusal),
  })
  const refusal = await whyNotDecide(deps, stores, asked, input.decision, input.planHash)
  if (refusal !== undefined) return refuse(refusal)
  if ((found?.leftMs ?? 0) <= 0) {
    await expire(deps, stores, ground, approval)
    const text = `Step ${approval.stepId} of ${approval.runId} expired: the approvals did not come in time. The run stops there.`
    return refuse({ code: 'step_expired', text })
  }
  const own = decisions.find((one) => one.personId === ground.person.id && one.withdrawnAt === null)
  if (input.decision === 'reject') return rejectStep(deps, stores, asked, approval, input)
  if (own !== undefined) {
    const at = own.at.toISOString().slice(11, 16)
    return late(
      stores,
      ground,
      `You have approved step ${approval.stepId} already, at ${at} UTC; one person counts once.`,
    )
  }
  return approveStep(deps, stores, asked, approval, input)
}

async function late(stores: Stores, { proposal, run }: DecisionGround, text: string): Promise<Decided> {
  await stores.outbox.append([{ kind: 'card', incidentId: proposal.incidentId, priority: 'approval' }])
  return resultOf({ outcome: 'already_decided', proposal, run, text })
}

function resultOf(
  given: Pick<DecisionResult, 'outcome' | 'proposal' | 'text'> &
    Partial<Pick<DecisionResult, 'missing'>> & { readonly run: DecisionGround['run'] },
): Decided {
  const { run, missing, ...rest } = given
  return { kind: 'result', result: { ...rest, decision: null, run: run ?? null, missing: missing ?? NOTHING_MISSING } }
}

async function approveStep(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  approval: StepApproval,
  { reason }: DecisionInput,
): Promise<Decided> {
  const { proposal, incident, person } = ground
  const decision = await insert(stores, ground, approval, 'approve', reason)
  const { quorum, facts } = await loadStepQuorum(deps, stores, proposal, approval, incident)
  const isThere = quorum.state === 'approved'
  await tellOfStep(deps, stores, ground, approval, {
    actor: humanActor(person),
    event: 'decision.recorded',
    text: `${person.name} approves step ${approval.stepId} of ${approval.runId}.`,
    details: { ...recordOf(decision), missing: quorum.missing.approvals },
    approvals: approvalFields([decision]),
  })
  if (isThere) await wake(stores, approval)
  else {
    await tellApprovers(deps, stores, { proposal, step: approval, incident, facts }, 'one more approval is asked for.')
  }
  const names = quorum.counted.map((one) => one.personName).join(' and ')
  return resultOf({
    outcome: isThere ? 'approved' : 'counted',
    proposal: ground.proposal,
    run: ground.run,
    missing: isThere ? NOTHING_MISSING : quorum.missing,
    text: isThere
      ? `Step ${approval.stepId} is approved by ${names}; ${approval.runId} goes on.`
      : `Your approval of step ${approval.stepId} counts. ${quorum.missing.text}`,
  })
}

async function rejectStep(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  approval: StepApproval,
  input: DecisionInput,
): Promise<Decided> {
  const { person } = ground
  const reason = oneLineText(input.reason ?? '', LONGEST_REASON)
  if (reason === '') {
    return { kind: 'refused', refusal: await recordRefusal(deps, stores, ground, 'reject', REASON_MISSING) }
  }
  // Who had approved takes that back by rejecting.
  await stores.stepApprovals.withdraw(approval.runId, approval.stepId, person.id)
  const decision = await insert(stores, ground, approval, 'reject', reason)
  await move(stores, approval, 'rejected', `${person.name}: ${reason}`)
  const text = `${person.name} rejects step ${approval.stepId} of ${approval.runId}: ${reason}.`
  const actor = humanActor(person)
  const details = recordOf(decision)
  await tellOfStep(deps, stores, ground, approval, {
    ...{ actor, event: 'approval.rejected', text, details, state: 'rejected' },
  })
  await wake(stores, approval)
  return resultOf({
    outcome: 'rejected',
    proposal: ground.proposal,
    run: ground.run,
    text: `${text} The run stops there.`,
  })
}

/** Nobody has to wait for the run's next look to see that its time is over. */
async function expire(deps: Deps, stores: Stores, ground: DecisionGround, approval: StepApproval): Promise<void> {
  await move(stores, approval, 'expired', 'the approvals did not come in time')
  await tellOfStep(deps, stores, { ...ground, origin: 'clock' }, approval, {
    actor: COUNTERSIGN,
    event: 'approval.expired',
    text: `Step ${approval.stepId} of ${approval.runId} expires: the approvals did not come in time.`,
    details: {},
    state: 'expired',
  })
  await wake(stores, approval)
}

async function move(
  stores: Stores,
  { runId, stepId }: StepApproval,
  to: 'rejected' | 'expired',
  reason: string,
): Promise<void> {
  if ((await stores.stepApprovals.move(runId, stepId, to, reason)) !== undefined) return
  throw new StaleError('step_moved', `Step ${stepId} of ${runId} was decided in the meantime. Look at the card again.`)
}

/** The run looks at once instead of at its next time. */
async function wake(stores: Stores, { runId }: StepApproval): Promise<void> {
  await stores.runs.wake(runId)
  await stores.jobs.enqueue('run.advance', { runId }, { singletonKey: runId })
}

async function insert(
  stores: Stores,
  { person, origin, now, onCall }: DecisionGround,
  approval: StepApproval,
  decision: StepDecision['decision'],
  reason: string | null,
): Promise<StepDecision> {
  const inserted = await stores.stepApprovals.decide({
    runId: approval.runId,
    stepId: approval.stepId,
    personId: person.id,
    personName: person.name,
    decision,
    reason,
    // The whole hash that was asked for, of which what was pressed is a prefix.
    hash: approval.hash,
    rolesAtTime: person.roles,
    groupsAtTime: person.groups,
    surface: origin,
    onCall: standingOf(onCall, person.id),
    at: now,
  })
  if (inserted !== undefined) return inserted
  throw new StaleError('decision_exists', `${person.name} has decided on this step already. Look at the card again.`)
}

function recordOf(decision: StepDecision) {
  return {
    decision: decision.decision,
    planHashSeen: decision.hash,
    roles: decision.rolesAtTime,
    groups: decision.groupsAtTime,
    rolesFrom: 'directory',
    reason: decision.reason,
    onCall: decision.onCall,
  }
}
