import type { ActionInput, CrashClass, Target, TargetState } from '../domain/action.ts'
import type { Plan, PlanStep, Tier } from '../domain/plan.ts'
import type { Playbook, PlaybookStep } from '../domain/playbook.ts'
import type { JsonObject } from '../kernel/json.ts'

export interface PlannedStep {
  readonly step: PlaybookStep
  readonly input: ActionInput
  readonly target: Target
  readonly crashClass: CrashClass
  readonly isVerification: boolean
  readonly before: TargetState | null
  readonly undo: { readonly input: ActionInput; readonly target: Target } | null
}

export interface PlanParts {
  readonly playbook: Playbook
  readonly service: string | null
  readonly environment: string | null
  readonly inputs: JsonObject
  readonly steps: readonly PlannedStep[]
  readonly disturbed: readonly string[]
  readonly tier: Tier
}

/** Equal parts give equal bytes: nothing of the moment, of the incident or of the requester goes in. */
export function buildPlan(parts: PlanParts): Plan {
  const { playbook } = parts
  return {
    version: 1,
    playbook: { name: playbook.name, title: playbook.title, digest: playbook.digest },
    service: parts.service,
    environment: parts.environment,
    inputs: parts.inputs,
    steps: parts.steps.map(toPlanStep),
    risk: { ...playbook.risk, disturbed: [...parts.disturbed].sort() },
    onFailure: playbook.onFailure,
    tier: parts.tier,
  }
}

function toPlanStep(planned: PlannedStep): PlanStep {
  const { step, input, undo } = planned
  return {
    id: step.id,
    uses: input.uses,
    with: input.with,
    target: planned.target,
    before: comparableState(planned.before),
    crashClass: planned.crashClass,
    timeoutMs: step.timeoutMs,
    isVerification: planned.isVerification,
    undo: undo === null ? null : { uses: undo.input.uses, with: undo.input.with, target: undo.target },
  }
}

/** `mark` serves a later reconcile and is never compared. */
export function comparableState(state: TargetState | null): TargetState | null {
  if (state === null) return null
  return Object.fromEntries(Object.entries(state).filter(([name]) => name !== 'mark'))
}
