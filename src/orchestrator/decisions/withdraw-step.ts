import { humanActor } from '../../domain/actor.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { StepApproval } from '../../domain/step-approval.ts'
import type { Stores } from '../../ports/stores.ts'
import { asProposalOfStep } from '../../executor/as-proposal-of-step.ts'
import { loadStepQuorum } from '../proposals/load-step-quorum.ts'
import type { Deps } from '../dependencies.ts'
import type { DecisionGround } from './decision-ground.ts'
import { findPressedStep } from './find-pressed-step.ts'
import { tellOfStep } from './tell-of-step.ts'

/** The nested approval that waits and that this person has given theirs to; undefined when there is nothing to take back. */
export async function findGivenStep(stores: Stores, ground: DecisionGround): Promise<StepApproval | undefined> {
  const step = await findPressedStep(stores, ground, { planHash: null })
  if (step?.state !== 'pending') return undefined
  const decisions = await stores.stepApprovals.listDecisions(step.runId)
  const isGiven = decisions.some(
    (one) => one.stepId === step.stepId && one.personId === ground.person.id && one.withdrawnAt === null,
  )
  return isGiven ? step : undefined
}

/** Whoever lost the role since may still take back what they gave with it. */
export async function withdrawStep(
  deps: Deps,
  stores: Stores,
  ground: DecisionGround,
  approval: StepApproval,
): Promise<{ readonly proposal: Proposal; readonly decision: null; readonly text: string }> {
  const { proposal, person, incident } = ground
  await stores.stepApprovals.withdraw(approval.runId, approval.stepId, person.id)
  const { quorum } = await loadStepQuorum(deps, stores, proposal, approval, incident)
  const text = `${person.name} takes the approval of step ${approval.stepId} back.`
  await tellOfStep(deps, stores, { ...ground, proposal: asProposalOfStep(proposal, approval) }, approval, {
    actor: humanActor(person),
    event: 'decision.withdrawn',
    text,
    details: { missing: quorum.missing.approvals },
  })
  return { proposal, decision: null, text: `${text} ${quorum.missing.text}`.trimEnd() }
}
