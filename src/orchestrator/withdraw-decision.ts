import { humanActor } from '../domain/actor.ts'
import type { Decision, Proposal } from '../domain/approval.ts'
import type { Origin } from '../domain/surface.ts'
import type { Stores } from '../ports/stores.ts'
import { personPrincipal } from './authorization-subjects.ts'
import { hasStarted, lockDecisionGround } from './decisions/decision-ground.ts'
import type { DecisionGround } from './decisions/decision-ground.ts'
import { describeEnding } from './decisions/describe-ending.ts'
import { findGivenStep, withdrawStep } from './decisions/withdraw-step.ts'
import { recordRefusal, toError } from './decisions/refusal.ts'
import type { Refusal } from './decisions/refusal.ts'
import type { Deps } from './dependencies.ts'
import { getPerson } from './proposals/known-person.ts'
import { loadQuorum } from './proposals/load-quorum.ts'
import { tellOfProposal } from './proposals/proposal-records.ts'
import { proposalResource } from '../executor/proposal-resource.ts'

export interface WithdrawInput {
  readonly proposalId: string
  readonly personId: string
  readonly origin: Origin
}

export interface WithdrawResult {
  readonly proposal: Proposal
  /** null when it was a step of the run that was taken back. */
  readonly decision: Decision | null
  readonly text: string
}

type Withdrawn = { readonly refusal: Refusal } | { readonly result: WithdrawResult }

/**
 * Takes one's own approval back, until the run's first step starts: an approved proposal goes back to pending, and its
 * queued run waits until the quorum is there again. Of a nested approval that waits, one's own goes the same way.
 */
export async function withdrawDecision(deps: Deps, input: WithdrawInput): Promise<WithdrawResult> {
  const person = getPerson(deps, input.personId)
  const withdrawn = await deps.unitOfWork.run(async (stores): Promise<Withdrawn> => {
    const ground = await lockDecisionGround(deps, stores, input.proposalId, person, input.origin)
    const step = await findGivenStep(stores, ground)
    if (step !== undefined) return { result: await withdrawStep(deps, stores, ground, step) }
    const refusal = whyNotWithdraw(deps, ground)
    if (refusal !== undefined) return { refusal: await recordRefusal(deps, stores, ground, 'withdraw', refusal) }
    const decision = await stores.decisions.withdraw(ground.proposal.id, person.id)
    if (decision === undefined) {
      const nothing = {
        code: 'nothing_to_withdraw',
        text: nothingToTakeBack(ground.proposal.id),
      }
      return { refusal: await recordRefusal(deps, stores, ground, 'withdraw', nothing) }
    }
    return { result: await applyWithdrawal(deps, stores, ground, decision) }
  })
  if ('refusal' in withdrawn) throw toError(withdrawn.refusal)
  return withdrawn.result
}

function whyNotWithdraw(deps: Deps, ground: DecisionGround): Refusal | undefined {
  const { proposal, person, run } = ground
  if (hasStarted(ground)) {
    const text = `${run?.id ?? 'The run'} has started, so approvals cannot be taken back. Type "stop" to stop it before its next step.`
    return { code: 'run_started', text }
  }
  if (proposal.closedAt !== null) return { code: 'proposal_closed', text: describeEnding(ground) }
  const verdict = deps.authorize({
    principal: personPrincipal(person),
    action: 'withdraw',
    resource: proposalResource(deps.catalog, proposal),
    context: { surface: ground.origin, mode: deps.settings.mode },
  })
  // Whoever lost the role since may still take back what they gave with it.
  const hasGiven = ground.decisions.some((decision) => decision.personId === person.id && decision.withdrawnAt === null)
  if (verdict.verdict === 'allow' || hasGiven) return undefined
  return { code: 'not_allowed', text: nothingToTakeBack(proposal.id) }
}

function nothingToTakeBack(proposalId: string): string {
  return `You have no approval of ${proposalId} to take back. The card shows whose count.`
}

async function applyWithdrawal(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  decision: Decision,
): Promise<WithdrawResult> {
  const { proposal, person, incident } = ground
  const { quorum } = await loadQuorum(deps, stores, proposal, incident)
  // What runs by a broken glass does not stand on approvals: it is rejected, cancelled or stopped instead.
  const falls = proposal.state === 'approved' && quorum.state !== 'approved' && proposal.glassUntil === null
  const moved = falls ? await stores.proposals.move(proposal.id, ['approved'], 'pending', null) : undefined
  const now = moved ?? proposal
  const text = `${person.name} takes the approval of ${proposal.id} back${falls ? ', which waits for approval again' : ''}.`
  await tellOfProposal(deps, stores, now, {
    actor: humanActor(person),
    origin: ground.origin,
    event: 'decision.withdrawn',
    ...(moved === undefined ? {} : { states: { proposal: moved.state } }),
    text,
    details: { missing: quorum.missing.approvals },
  })
  return { proposal: now, decision, text: `${text} ${quorum.missing.text}`.trimEnd() }
}
