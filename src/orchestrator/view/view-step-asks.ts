import { findService } from '../../domain/service-catalog.ts'
import { listEligibleApprovers } from '../../policy/approval-quorum.ts'
import { requirementOf } from '../../policy/approval-requirement.ts'
import type { Person } from '../../domain/person.ts'
import type { Plan, PlanStep, Tier } from '../../domain/plan.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'
import type { StepAsksView } from '../../domain/incident-view.ts'

export interface StepAsksFacts {
  readonly plan: Pick<Plan, 'service'>
  readonly catalog: ServiceCatalog
  readonly requester: string
  readonly people: readonly Person[]
  readonly commander: string | null
}

/** Who will have to approve at a step of the plan, by the step's own tier, before anything behind it runs. */
export function viewStepAsks(step: Pick<PlanStep, 'uses' | 'with'>, facts: StepAsksFacts): StepAsksView | null {
  const tier = step.uses === 'approval' ? tierOf(step.with['tier']) : null
  if (tier === null) return null
  const { requester, people, commander } = facts
  const owner = findService(facts.catalog, facts.plan.service)?.owner ?? null
  const requirement = requirementOf({ tier, owner, runsByItself: false })
  const nobody = { decisions: [], fatigued: new Set<string>() }
  const able = listEligibleApprovers({ tier, requirement, requester, people, commander, ...nobody })
  return {
    tier,
    approvals: requirement.approvals,
    rules: requirement.rules,
    canApprove: able.map(({ name }) => name),
  }
}

function tierOf(value: unknown): Tier | null {
  return value === 1 || value === 2 || value === 3 ? value : null
}

/** In one line, for answers without a card. */
export function describeAsks({ tier, rules, canApprove }: StepAsksView): string {
  const who = canApprove.length === 0 ? 'Nobody in the directory can.' : `Can now: ${canApprove.join(', ')}.`
  return `tier ${String(tier)}. ${rules.join(' ')} ${who}`
}
