import type { Attempt } from '../domain/run.ts'
import type { ActionDescription } from '../ports/action-runner.ts'
import type { JsonObject } from '../kernel/json.ts'
import { againReasonOf } from './attempt-notes.ts'
import type { RunStep } from './steps-of-run.ts'

/** A step with its arguments resolved and what its action says of itself. */
export interface ReadyStep extends RunStep {
  readonly args: JsonObject
  readonly description: ActionDescription
}

export interface StepWork {
  readonly step: ReadyStep
  readonly effect: string
}

/** What the ledger says is to be done next. Equal for the replica that goes on and for the one that takes over. */
export type Work =
  | { readonly kind: 'finished' }
  | (StepWork & { readonly kind: 'failed'; readonly attempt: Attempt })
  /** A new intent, the first of its effect or after tries that may be repeated. */
  | (StepWork & { readonly kind: 'send'; readonly tried: readonly Attempt[] })
  /** Intended, and the process died before the request: provably nothing left us. */
  | (StepWork & { readonly kind: 'not_sent'; readonly attempt: Attempt })
  /** The request may have been written and no answer is on record. */
  | (StepWork & { readonly kind: 'unanswered'; readonly attempt: Attempt })
  /** Accepted by the target and not finished. */
  | (StepWork & { readonly kind: 'poll'; readonly attempt: Attempt })
  /** A check that is to be made, again or for the first time: it has no effect. */
  | (StepWork & { readonly kind: 'check'; readonly attempt: Attempt })
  | (StepWork & { readonly kind: 'unknown'; readonly attempt: Attempt })

/**
 * The first effect, in the order of steps and effects, that is not done. `ready` is asked only for steps up to that
 * one, because later arguments may need outputs that do not exist yet.
 */
export function nextWork(
  steps: readonly RunStep[],
  attempts: readonly Attempt[],
  ready: (step: RunStep) => ReadyStep,
): Work {
  for (const step of steps) {
    const own = attempts.filter((attempt) => attempt.stepId === step.id && attempt.direction === step.direction)
    const readyStep = ready(step)
    for (const effect of readyStep.description.effects) {
      const work = workOf(
        { step: readyStep, effect },
        own.filter((attempt) => attempt.effect === effect),
      )
      if (work !== undefined) return work
    }
  }
  return { kind: 'finished' }
}

function workOf(place: StepWork, tried: readonly Attempt[]): Work | undefined {
  const last = tried.at(-1)
  if (last === undefined) return { ...place, kind: 'send', tried }
  switch (last.state) {
    case 'done':
      return undefined
    case 'failed':
      return againReasonOf(last) === undefined
        ? { ...place, kind: 'failed', attempt: last }
        : { ...place, kind: 'send', tried }
    case 'unknown':
      return { ...place, kind: 'unknown', attempt: last }
    case 'intended':
      return { ...place, kind: place.step.description.isVerification ? 'check' : 'not_sent', attempt: last }
    case 'sent':
      if (last.handle !== null) return { ...place, kind: 'poll', attempt: last }
      return { ...place, kind: place.step.description.isVerification ? 'check' : 'unanswered', attempt: last }
  }
}
