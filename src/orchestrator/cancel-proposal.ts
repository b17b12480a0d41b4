import { humanActor } from '../domain/actor.ts'
import type { Proposal } from '../domain/approval.ts'
import type { Run } from '../domain/run.ts'
import type { Origin } from '../domain/surface.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import { personPrincipal } from './authorization-subjects.ts'
import { hasStarted, lockDecisionGround } from './decisions/decision-ground.ts'
import type { DecisionGround } from './decisions/decision-ground.ts'
import { describeEnding } from './decisions/describe-ending.ts'
import { endProposal } from './decisions/end-proposal.ts'
import { recordRefusal, toError } from './decisions/refusal.ts'
import type { Refusal } from './decisions/refusal.ts'
import type { Deps } from './dependencies.ts'
import { getPerson } from './proposals/known-person.ts'
import { proposalResource } from '../executor/proposal-resource.ts'

export interface CancelInput {
  readonly proposalId: string
  readonly personId: string
  readonly reason: string | null
  readonly origin: Origin
}

export interface CancelResult {
  readonly proposal: Proposal
  readonly run: Run | null
  readonly text: string
}

const LONGEST_REASON = 500

/** Withdraws the proposal itself, until its run has started. */
export async function cancelProposal(deps: Deps, input: CancelInput): Promise<CancelResult> {
  const person = getPerson(deps, input.personId)
  const cancelled = await deps.unitOfWork.run(
    async (stores): Promise<{ refusal: Refusal } | { result: CancelResult }> => {
      const ground = await lockDecisionGround(deps, stores, input.proposalId, person, input.origin)
      const refusal = whyNotCancel(deps, ground)
      if (refusal !== undefined) return { refusal: await recordRefusal(deps, stores, ground, 'cancel', refusal) }
      const reason = oneLineText(input.reason ?? '', LONGEST_REASON) || 'no reason given'
      const text = `${person.name} cancels ${ground.proposal.id}: ${reason}.`
      const ended = await endProposal(deps, stores, ground, {
        to: 'cancelled',
        actor: humanActor(person),
        origin: input.origin,
        reason: `${person.name}: ${reason}`,
        text,
      })
      return { result: { ...ended, text } }
    },
  )
  if ('refusal' in cancelled) throw toError(cancelled.refusal)
  return cancelled.result
}

function whyNotCancel(deps: Deps, ground: DecisionGround): Refusal | undefined {
  const { proposal, person, run } = ground
  if (hasStarted(ground) && proposal.closedAt === null) {
    const text = `${run?.id ?? 'The run'} has started. Type "stop" to stop it before its next step.`
    return { code: 'run_started', text }
  }
  if (proposal.closedAt !== null) return { code: 'proposal_closed', text: describeEnding(ground) }
  const verdict = deps.authorize({
    principal: personPrincipal(person),
    action: 'cancel',
    resource: proposalResource(deps.catalog, proposal),
    context: { surface: ground.origin, mode: deps.settings.mode },
  })
  if (verdict.verdict === 'allow') return undefined
  const text = `${person.name} may not cancel ${proposal.id}: its requester, an approver or the commander may.`
  return { code: 'not_allowed', text }
}
