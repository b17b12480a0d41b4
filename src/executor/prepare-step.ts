import type { CrashClass } from '../domain/action.ts'
import { CRASH_CLASSES } from '../domain/action.ts'
import type { Attempt } from '../domain/run.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { RefusedError } from '../kernel/errors.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import { resolveArguments } from '../playbooks/resolve-arguments.ts'
import type { ActionRunner } from '../ports/action-runner.ts'
import type { ReadyStep } from './next-work.ts'
import type { RunStep } from './steps-of-run.ts'

/**
 * Resolves what only the run can know (`steps.<id>.…`, escaped for its place as every look-up) and asks the action for
 * its description. Throws RefusedError when a value is missing or the action is not configured here.
 */
export function prepareStep(actions: ActionRunner, step: RunStep, outputs: JsonObject): ReadyStep {
  const resolved = resolveArguments(step.uses, step.with, { steps: outputs })
  if (resolved.value === undefined) {
    throw new RefusedError(
      'argument_missing',
      `Step ${step.id} cannot be filled in: ${resolved.problems.join('; ')}. Nothing was sent; correct the playbook.`,
    )
  }
  const description = actions.describe({ uses: step.uses, with: resolved.value })
  return { ...step, args: resolved.value, description }
}

/** What each done step gave, its effects laid over one another: `steps` of the arguments of later ones. */
export function outputsOf(attempts: readonly Attempt[]): JsonObject {
  const outputs: Record<string, Json> = {}
  for (const attempt of attempts) {
    if (attempt.direction !== 'forward' || attempt.state !== 'done') continue
    outputs[attempt.stepId] = { ...(outputs[attempt.stepId] as JsonObject | undefined), ...attempt.output }
  }
  return outputs
}

/** The stricter of what was approved and what the action says today: a new build must not loosen a running plan. */
export function crashClassOf(step: ReadyStep): CrashClass {
  const today = step.description.crashClass
  if (step.crashClass === null) return today
  return CRASH_CLASSES.indexOf(today) > CRASH_CLASSES.indexOf(step.crashClass) ? today : step.crashClass
}

/** `run:step:effect`, equal for every retry; an undo is another effect and has another key. */
export function idempotencyKeyOf(runId: string, step: RunStep, effect: string): string {
  return `${runId}:${step.direction === 'undo' ? 'undo.' : ''}${step.id}:${effect}`
}

/** What was approved to be sent, as it stands on the ledger and in the audit log. */
export function requestHashOf(step: ReadyStep, effect: string): string {
  return sha256Hex(canonicalJson({ uses: step.uses, with: step.args, effect }))
}
