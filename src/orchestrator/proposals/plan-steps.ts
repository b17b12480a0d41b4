import type { ActionInput, TargetState } from '../../domain/action.ts'
import type { Playbook, PlaybookStep } from '../../domain/playbook.ts'
import { AppError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { PlannedStep } from '../../playbooks/build-plan.ts'
import { resolveStep, resolveUndo } from '../../playbooks/resolve-step.ts'
import type { ResolvedStep } from '../../playbooks/resolve-step.ts'
import type { ActionDescription } from '../../ports/action-runner.ts'
import type { Deps } from '../dependencies.ts'

export type PlannedSteps =
  | { readonly ok: true; readonly steps: readonly PlannedStep[] }
  | { readonly ok: false; readonly reasons: readonly string[] }

const READ_DEADLINE_MS = 5_000

/**
 * Fills in every step in order and reads the state of its target: a later step may name what an earlier one found.
 * Undos come last, since they may name any of it. Nothing is sent that has an effect.
 */
export async function planSteps(
  deps: Deps,
  playbook: Playbook,
  facts: JsonObject,
  inputs: JsonObject,
): Promise<PlannedSteps> {
  const before: Record<string, TargetState | null> = {}
  const forward: Omit<PlannedStep, 'undo'>[] = []
  for (const step of playbook.steps) {
    const planned = await planStep(deps, step, resolveStep(step, facts, inputs, before))
    if (!planned.ok) return planned
    before[step.id] = planned.step.before
    forward.push(planned.step)
  }
  const steps: PlannedStep[] = []
  for (const step of forward) {
    const undo = planUndo(deps, step.step, resolveUndo(step.step, facts, inputs, before))
    if (!undo.ok) return undo
    steps.push({ ...step, undo: undo.undo })
  }
  return { ok: true, steps }
}

async function planStep(
  deps: Deps,
  step: PlaybookStep,
  resolved: ResolvedStep,
): Promise<{ ok: true; step: Omit<PlannedStep, 'undo'> } | { ok: false; reasons: readonly string[] }> {
  if (!resolved.ok) return { ok: false, reasons: resolved.problems }
  const { input } = resolved
  try {
    const description = deps.actions.describe(input)
    const before = await deps.actions.readState(input, AbortSignal.timeout(READ_DEADLINE_MS))
    return { ok: true, step: { step, input, ...pick(description), before } }
  } catch (error) {
    return { ok: false, reasons: [`Step ${step.id} does not fit now: ${reasonOf(error, input)}`] }
  }
}

function planUndo(
  deps: Deps,
  step: PlaybookStep,
  resolved: ResolvedStep | null,
): { ok: true; undo: PlannedStep['undo'] } | { ok: false; reasons: readonly string[] } {
  if (resolved === null) return { ok: true, undo: null }
  if (!resolved.ok) return { ok: false, reasons: resolved.problems }
  try {
    return { ok: true, undo: { input: resolved.input, target: deps.actions.describe(resolved.input).target } }
  } catch (error) {
    return { ok: false, reasons: [`The undo of step ${step.id} does not fit now: ${reasonOf(error, resolved.input)}`] }
  }
}

function pick({ target, crashClass, isVerification }: ActionDescription) {
  return { target, crashClass, isVerification }
}

/** What a connector says of its target is a reason; anything else is a mistake of ours and goes on. */
function reasonOf(error: unknown, input: ActionInput): string {
  if (error instanceof AppError) return error.message
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return `the target of ${input.uses} did not answer within ${String(READ_DEADLINE_MS / 1000)} s.`
  }
  throw error
}
