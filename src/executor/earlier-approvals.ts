import type { Attempt } from '../domain/run.ts'
import type { Plan } from '../domain/plan.ts'
import type { StepApproval, StepDecision } from '../domain/step-approval.ts'
import type { Standings } from './ask-standings.ts'
import { findDisowned } from './find-disowned.ts'
import { findFatigued } from './find-fatigued.ts'
import { missingStepApproval } from './step-quorum.ts'
import type { StepApprovalFacts } from './step-quorum.ts'
import type { RunSession } from './run-session.ts'

/** What the run's nested approvals were given by. */
export interface EarlierApprovals {
  readonly approvals: readonly StepApproval[]
  readonly stepDecisions: readonly StepDecision[]
  /** By step: who approved it beyond the limit of decisions. */
  readonly tired: ReadonlyMap<string, ReadonlySet<string>>
}

const NONE: EarlierApprovals = { approvals: [], stepDecisions: [], tired: new Map() }

/** Plans without a nested approval cost no query. */
export async function readEarlierApprovals({ deps, held }: RunSession, plan: Plan): Promise<EarlierApprovals> {
  if (!plan.steps.some(({ uses }) => uses === 'approval')) return NONE
  const { id } = held.lease.run
  const [approvals, stepDecisions] = await Promise.all([
    deps.stores.stepApprovals.list(id),
    deps.stores.stepApprovals.listDecisions(id),
  ])
  const given = approvals.filter(({ state }) => state === 'approved')
  const tired = await Promise.all(
    given.map(async ({ stepId }) => {
      const own = stepDecisions.filter((decision) => decision.stepId === stepId)
      return [stepId, await findFatigued(deps.stores.decisions, own, deps.settings.fatigue)] as const
    }),
  )
  return { approvals, stepDecisions, tired: new Map(tired) }
}

/** Whose approval of that step the policy would not let them give now. */
export type ForbiddenIn = (approval: StepApproval, given: readonly StepDecision[]) => ReadonlySet<string>

type Facts = EarlierApprovals &
  Pick<StepApprovalFacts, 'proposal' | 'people' | 'commander' | 'owner'> & {
    readonly attempts: readonly Attempt[]
    readonly forbiddenIn: ForbiddenIn
    readonly standings: Standings
  }

/**
 * null while each nested approval that this run has behind it still stands, with the roles people have now, and
 * with the further approval where one of them was beyond the limit.
 */
export function missingEarlierApproval(plan: Plan, facts: Facts): string | null {
  for (const step of plan.steps.filter(({ uses }) => uses === 'approval')) {
    const isBehind = facts.attempts.some(({ stepId, state }) => stepId === step.id && state === 'done')
    if (!isBehind) continue
    const approval = facts.approvals.find(({ stepId, state }) => stepId === step.id && state === 'approved')
    if (approval === undefined) return `nobody has approved step ${step.id}`
    const decisions = facts.stepDecisions.filter(({ stepId }) => stepId === step.id)
    const forbidden = facts.forbiddenIn(approval, decisions)
    const fatigued = facts.tired.get(step.id) ?? new Set()
    const disowned = findDisowned(facts.standings, decisions)
    const missing = missingStepApproval({ ...facts, approval, decisions, forbidden, disowned, fatigued })
    if (missing !== null) return missing
  }
  return null
}
