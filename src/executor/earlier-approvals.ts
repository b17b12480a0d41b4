import type { Attempt } from '../domain/run.ts'
import type { Plan } from '../domain/plan.ts'
import type { StepApproval, StepDecision } from '../domain/step-approval.ts'
import { missingStepApproval } from './step-quorum.ts'
import type { StepApprovalFacts } from './step-quorum.ts'
import type { RunSession } from './run-session.ts'

/** What the run's nested approvals were given by. */
export interface EarlierApprovals {
  readonly approvals: readonly StepApproval[]
  readonly stepDecisions: readonly StepDecision[]
}

const NONE: EarlierApprovals = { approvals: [], stepDecisions: [] }

/** Plans without a nested approval cost no query. */
export async function readEarlierApprovals({ deps, held }: RunSession, plan: Plan): Promise<EarlierApprovals> {
  if (!plan.steps.some(({ uses }) => uses === 'approval')) return NONE
  const { id } = held.lease.run
  const [approvals, stepDecisions] = await Promise.all([
    deps.stores.stepApprovals.list(id),
    deps.stores.stepApprovals.listDecisions(id),
  ])
  return { approvals, stepDecisions }
}

/** Whose approval of that step the policy would not let them give now. */
export type ForbiddenIn = (approval: StepApproval, given: readonly StepDecision[]) => ReadonlySet<string>

type Facts = EarlierApprovals &
  Pick<StepApprovalFacts, 'proposal' | 'people' | 'commander' | 'owner'> & {
    readonly attempts: readonly Attempt[]
    readonly forbiddenIn: ForbiddenIn
  }

/**
 * null while each nested approval that this run has behind it still stands, with the roles people have now. Fatigue
 * counted when it was given and does not count again.
 */
export function missingEarlierApproval(plan: Plan, facts: Facts): string | null {
  for (const step of plan.steps.filter(({ uses }) => uses === 'approval')) {
    const isBehind = facts.attempts.some(({ stepId, state }) => stepId === step.id && state === 'done')
    if (!isBehind) continue
    const approval = facts.approvals.find(({ stepId, state }) => stepId === step.id && state === 'approved')
    if (approval === undefined) return `nobody has approved step ${step.id}`
    const decisions = facts.stepDecisions.filter(({ stepId }) => stepId === step.id)
    const forbidden = facts.forbiddenIn(approval, decisions)
    const missing = missingStepApproval({ ...facts, approval, decisions, forbidden, fatigued: new Set() })
    if (missing !== null) return missing
  }
  return null
}
