import type { ActionInput, TargetState } from '../domain/action.ts'
import type { PlaybookStep } from '../domain/playbook.ts'
import type { JsonObject } from '../kernel/json.ts'
import { findArgumentMistakes } from './action-arguments.ts'
import { resolveArguments } from './resolve-arguments.ts'

export type ResolvedStep =
  | { readonly ok: true; readonly input: ActionInput }
  /** One sentence each: why the playbook does not fit here. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** A step's arguments with every value in its place. `before` holds the states read so far, by step. */
export function resolveStep(
  step: PlaybookStep,
  facts: JsonObject,
  inputs: JsonObject,
  before: Readonly<Record<string, TargetState | null>>,
): ResolvedStep {
  return resolveAction(`Step ${step.id}`, step.uses, withDefaults(step, facts), {
    ...facts,
    inputs,
    before: { ...before },
  })
}

/** The undo of a step, resolved at planning from the state before, so that an approval covers it. */
export function resolveUndo(
  step: PlaybookStep,
  facts: JsonObject,
  inputs: JsonObject,
  before: Readonly<Record<string, TargetState | null>>,
): ResolvedStep | null {
  if (step.undo === null) return null
  const lookups = { ...facts, inputs, before: { ...before } }
  return resolveAction(`The undo of step ${step.id}`, step.undo.uses, step.undo.with, lookups)
}

/** `argocd/rollback` without an id goes back to the entry before the suspected change; the plan then names it. */
function withDefaults(step: PlaybookStep, facts: JsonObject): JsonObject {
  if (step.uses !== 'argocd/rollback' || step.with['id'] !== undefined) return step.with
  return facts['change'] === null ? step.with : { ...step.with, id: '${{ change.previous.id }}' }
}

function resolveAction(
  what: string,
  uses: ActionInput['uses'],
  written: JsonObject,
  lookups: JsonObject,
): ResolvedStep {
  const resolved = resolveArguments(uses, written, lookups)
  if (resolved.value === undefined) {
    return { ok: false, problems: resolved.problems.map((problem) => `${what} cannot be filled in: ${problem}.`) }
  }
  const input = { uses, with: normalise(resolved.value) }
  const mistakes = findArgumentMistakes(uses, input.with)
  return mistakes.length === 0
    ? { ok: true, input }
    : { ok: false, problems: mistakes.map((mistake) => `${what} does not fit ${uses}: ${mistake}.`) }
}

/** The history's ids are text everywhere inside, so that equal facts give equal plans. */
function normalise(args: JsonObject): JsonObject {
  return typeof args['id'] === 'number' ? { ...args, id: String(args['id']) } : args
}
