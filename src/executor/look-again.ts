import type { TargetState } from '../domain/action.ts'
import type { Attempt } from '../domain/run.ts'
import { FencedError } from '../kernel/errors.ts'
import { mayHaveActed } from './attempt-notes.ts'
import { readState } from './call-action.ts'
import { closeUnsent } from './close-unsent.ts'
import { differences } from './expected-state.ts'
import type { StepWork } from './next-work.ts'
import type { Progress, RunSession } from './run-session.ts'

/**
 * A target that takes no precondition with the request is looked at once more when the intent is durable, so that all
 * that took time before it (policies, the database, its disk) is no longer between the look and the effect. What is left
 * is this answer's way back, marking as sent, and the request's way. When something differs, or cannot be read, nothing
 * is marked as sent and nothing is sent: the attempt is closed as that, and the next turn looks from the beginning.
 */
export async function isStillAsRead(
  session: RunSession,
  progress: Progress,
  work: StepWork & { readonly attempt: Attempt },
  read: TargetState | null,
): Promise<boolean> {
  if (work.step.description.looksAgain !== true || read === null) return true
  const why = await whatChanged(session, work, read)
  if (why === null) return true
  await closeUnsent(session, progress, work, why)
  return false
}

async function whatChanged(session: RunSession, work: StepWork, read: TargetState): Promise<string | null> {
  const { resource } = work.step.target
  try {
    const changed = differences(read, await readState(session, work))
    return changed.length === 0 ? null : `${resource} changed after the intent was written. Nothing was sent.`
  } catch (cause) {
    if (cause instanceof FencedError) throw cause
    const why = cause instanceof Error ? cause.message : 'no reason given'
    return `${resource} could not be looked at again after the intent was written (${why}). Nothing was sent.`
  }
}

/** No effect of this run can have happened: a check that was made, or an intent that was not sent, is none. */
export function hasSentNothing({ plan, attempts }: Pick<Progress, 'plan' | 'attempts'>): boolean {
  const checks = new Set(plan.steps.filter((step) => step.isVerification).map(({ id }) => id))
  return !attempts.some((attempt) => !checks.has(attempt.stepId) && mayHaveActed(attempt))
}
