import type { Target, TargetState } from '../domain/action.ts'
import type { Attempt } from '../domain/run.ts'
import type { Plan } from '../domain/plan.ts'
import type { Json } from '../kernel/json.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { againReasonOf, mayHaveActed } from './attempt-notes.ts'
import type { RunStep } from './steps-of-run.ts'

/** Kept for a reconcile only, and never compared. */
const MARK = 'mark'

/**
 * The state a target should be in before a step: the approved one, as changed by this run's own recorded outcomes on
 * the same target. null when nothing is compared: the action compares nothing, or this run itself left the target in a
 * state that it does not know (an outcome without a state, an aborted or uncertain attempt).
 */
export function expectedState(step: RunStep, plan: Plan, attempts: readonly Attempt[]): TargetState | null {
  const own = attempts.filter((attempt) => isSameTarget(targetOf(plan, attempt), step.target) && mayHaveActed(attempt))
  const lastDone = own.findLastIndex((attempt) => attempt.state === 'done')
  const isUncertain = own.slice(lastDone + 1).some((attempt) => againReasonOf(attempt) !== 'person')
  if (isUncertain || leftUnknown(own[lastDone])) return null
  if (step.direction === 'undo') return own[lastDone]?.after ?? null
  if (step.before === null) return null
  return own
    .filter((attempt) => attempt.state === 'done')
    .reduce<TargetState>((state, attempt) => overlay(state, attempt.after), step.before)
}

/** One sentence for each field that differs; empty when the states are equal. */
export function differences(expected: TargetState, actual: TargetState | null): readonly string[] {
  const now = actual ?? {}
  return Object.keys(expected)
    .filter((field) => field !== MARK && text(expected[field]) !== text(now[field]))
    .map((field) => `${field} is ${text(now[field])} and was ${text(expected[field])} when it was approved`)
}

/** Done, and nobody recorded in which state that left a target whose state is compared: a person said that it is done. */
function leftUnknown(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && attempt.before !== null && attempt.after === null
}

function overlay(state: TargetState, after: TargetState | null): TargetState {
  if (after === null) return state
  const known = Object.entries(after).filter(([field]) => Object.hasOwn(state, field))
  return { ...state, ...Object.fromEntries(known) }
}

function targetOf(plan: Plan, attempt: Attempt): Target | undefined {
  const step = plan.steps.find((candidate) => candidate.id === attempt.stepId)
  return attempt.direction === 'forward' ? step?.target : step?.undo?.target
}

function isSameTarget(left: Target | undefined, right: Target): boolean {
  return left?.system === right.system && left.resource === right.resource
}

function text(value: Json | undefined): string {
  return value === undefined ? 'absent' : canonicalJson(value)
}
