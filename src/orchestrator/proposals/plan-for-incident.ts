import type { ActionInput } from '../../domain/action.ts'
import type { Alert } from '../../domain/alert.ts'
import type { QuorumRequirement } from '../../domain/approval.ts'
import type { Suspect } from '../../domain/change-event.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Playbook } from '../../domain/playbook.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { Service } from '../../domain/service-catalog.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { buildFacts } from '../../playbooks/build-facts.ts'
import type { ChangeFacts } from '../../playbooks/build-facts.ts'
import { buildPlan } from '../../playbooks/build-plan.ts'
import type { PlannedStep } from '../../playbooks/build-plan.ts'
import { hasExpression } from '../../playbooks/expressions.ts'
import { planDigestOf, planJsonOf } from '../../playbooks/plan-hash.ts'
import { resolveInputs } from '../../playbooks/resolve-inputs.ts'
import { assessTier, isNovel, reversibilityOf } from '../../policy/assess-tier.ts'
import { requirementOf } from '../../policy/approval-requirement.ts'
import { countDisturbed, servicesActedOn } from '../../policy/blast-radius.ts'
import type { Deps } from '../dependencies.ts'
import { findChangeFacts } from './find-change-facts.ts'
import { modeFor, servicesOfPlan } from './mode-and-freeze.ts'
import { planSteps } from './plan-steps.ts'

export interface PlanQuestion {
  readonly incident: Incident
  readonly playbook: Playbook
  /** The alert whose labels the playbook may read. */
  readonly alert: Alert | null
  /** The change the playbook acts on; null for playbooks that need none. */
  readonly suspect: Suspect | null
  /** What the requester gave. */
  readonly given: JsonObject
}

/** A plan with all that is judged of it, bound to nobody yet. */
export interface PlanDraft {
  readonly plan: Plan
  readonly planJson: string
  readonly planDigest: string
  readonly tierReasons: readonly string[]
  readonly required: QuorumRequirement
  readonly isNovel: boolean
  /** In `act`: autonomous, tier 1, not novel. */
  readonly runsByItself: boolean
}

export type PlanAnswer =
  | { readonly ok: true; readonly draft: PlanDraft }
  /** Why the playbook does not fit here and now, one sentence each. */
  | { readonly ok: false; readonly reasons: readonly string[] }

/** Playbook, facts and the targets' state of this moment → plan and tier. Reads vendors, so never inside a transaction. */
export async function planForIncident(deps: Deps, question: PlanQuestion): Promise<PlanAnswer> {
  const { incident, playbook, alert, suspect } = question
  if (playbook.match.change !== null && suspect === null) {
    return { ok: false, reasons: [`It needs a suspected ${playbook.match.change}, and none is known.`] }
  }
  const service = findService(deps.catalog, suspect?.service ?? incident.service) ?? null
  const found = await changeOf(deps, suspect, service)
  if (!found.ok) return { ok: false, reasons: [found.reason] }
  const facts = buildFacts({ incident, alert, service, change: found.change })
  const inputs = resolveInputs(playbook, facts, question.given)
  if (inputs.problems.length > 0) return { ok: false, reasons: inputs.problems }
  const planned = await planSteps(deps, playbook, facts, inputs.values)
  if (!planned.ok) return planned
  const own = actedOn(deps, service, planned.steps)
  return { ok: true, draft: await draftOf(deps, question, own, inputs.values, planned.steps) }
}

/** Other inputs may point at another service: then its owner, its criticality and its record count, not the suspect's. */
function actedOn(deps: Deps, suspected: Service | null, steps: readonly PlannedStep[]): Service | null {
  const names = servicesActedOn(
    deps.catalog,
    steps.map((step) => step.input),
  )
  const isSuspected = suspected !== null && names.includes(suspected.name)
  return isSuspected ? suspected : (findService(deps.catalog, names[0] ?? null) ?? suspected)
}

async function changeOf(
  deps: Deps,
  suspect: Suspect | null,
  service: Service | null,
): Promise<{ ok: true; change: ChangeFacts | null } | { ok: false; reason: string }> {
  return suspect === null ? { ok: true, change: null } : findChangeFacts(deps, suspect, service)
}

async function draftOf(
  deps: Deps,
  { incident, playbook, suspect }: PlanQuestion,
  service: Service | null,
  inputs: JsonObject,
  steps: readonly PlannedStep[],
): Promise<PlanDraft> {
  const target = service?.name ?? suspect?.service ?? incident.service
  const disturbed = countDisturbed({
    catalog: deps.catalog,
    service: target,
    actions: steps.flatMap((step) => [step.input, ...(step.undo === null ? [] : [step.undo.input])]),
    isReviewed: (action) => isReviewed(playbook, action),
    blastRadius: playbook.risk.blastRadius,
  })
  const novel = await isNovelHere(deps, playbook, service)
  const { tier, reasons } = assessTier({
    reversibility: reversibilityOf({
      reversible: playbook.risk.reversible,
      steps: steps.map((step) => ({ isVerification: step.isVerification, hasUndo: step.undo !== null })),
    }),
    blastRadius: playbook.risk.blastRadius,
    disturbed: disturbed.services.flatMap((name) => findService(deps.catalog, name) ?? []),
    unknown: disturbed.unknown,
    environment: incident.environment,
    isNovel: novel,
  })
  const environment = incident.environment
  const plan = buildPlan({ playbook, service: target, environment, inputs, steps, disturbed: disturbed.services, tier })
  const planJson = planJsonOf(plan)
  const mode = modeFor(deps, servicesOfPlan(deps, incident, plan))
  const runsByItself = mode === 'act' && playbook.autonomous && tier === 1 && !novel
  return {
    plan,
    planJson,
    planDigest: planDigestOf(planJson),
    tierReasons: reasons,
    required: requirementOf({ tier, owner: service?.owner ?? null, runsByItself }),
    isNovel: novel,
    runsByItself,
  }
}

async function isNovelHere(deps: Deps, playbook: Playbook, service: Service | null): Promise<boolean> {
  if (service === null) return true
  const { name, owner, criticality } = service
  return isNovel(await deps.stores.playbookRecords.countSuccesses(playbook.name, name, owner, criticality))
}

/** True when the author of the playbook wrote the target as it is; then a review has seen it. */
function isReviewed(playbook: Playbook, action: ActionInput): boolean {
  const written = playbook.steps.flatMap((step) => [step, ...(step.undo === null ? [] : [step.undo])])
  return ['app', 'function'].every((name) => {
    const value = action.with[name]
    if (typeof value !== 'string') return true
    return written.some((step) => step.uses === action.uses && step.with[name] === value && !hasExpression(value))
  })
}
