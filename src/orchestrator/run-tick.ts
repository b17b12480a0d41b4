import { askForReview } from './ask-for-review.ts'
import { remindReviewers } from './break-glass/remind-reviewers.ts'
import { climbLadder } from './climb-ladder.ts'
import { systemTimer } from '../kernel/clock.ts'
import type { StartTimer } from '../kernel/start-timer.ts'
import { closeRefusalMinutes } from './record-refusal.ts'
import { expireProposals } from './expire-proposals.ts'
import { refreshFrozenCards } from './refresh-frozen-cards.ts'
import { remindApprovers } from './remind-approvers.ts'
import { remindFollowUps } from './remind-follow-ups.ts'
import { sweepRuns } from './sweep-runs.ts'
import { watchFollowUps } from './watch-follow-ups.ts'
import { watchQuiet } from './watch-quiet.ts'
import type { Deps } from './dependencies.ts'

/** A duty that began this often in a row and never ended would end the next process like that as well. */
export const BEGINS_BEFORE_PARKING = 3

/** Less than what the lookout gives the clock (`Patience.clockMs`). */
const DUTY_AT_MOST_MS = 30_000

/**
 * What is due, by the database's clock. Each duty stands for itself: one that fails is logged and tried again at the
 * next tick, and the others are done all the same; one that takes too long is not waited for. One that takes its process
 * down three times in a row, or does not end, is set aside until a person says so (`jobs retry`); the lookout pages.
 */
export async function runTick(deps: Deps, startTimer: StartTimer = systemTimer): Promise<void> {
  const duties: readonly (readonly [name: string, duty: () => Promise<unknown>])[] = [
    ['expire proposals', () => expireProposals(deps)],
    ['remind approvers', () => remindApprovers(deps)],
    ['tell the next in line', () => climbLadder(deps)],
    ['remind reviewers', () => remindReviewers(deps)],
    ['bring cards up to date at freeze windows', () => refreshFrozenCards(deps)],
    ['watch quiet incidents', () => watchQuiet(deps)],
    ['look whether follow-ups are done', () => watchFollowUps(deps)],
    ['remind of follow-ups', () => remindFollowUps(deps)],
    ['sweep runs', () => sweepRuns(deps)],
    ['close refusal minutes', () => closeRefusalMinutes(deps)],
    ['ask for the daily review of the audit log', () => askForReview(deps)],
    ['make the next months of the audit log', () => deps.stores.housekeeping.makeMonths()],
    ['drop what is kept for a while only', () => deps.stores.housekeeping.dropOld()],
  ]
  for (const [name, duty] of duties) {
    await within(startTimer, doDuty(deps, name, duty), () => {
      deps.log.error({ duty: name }, 'a duty of the clock does not end; the others go on without it')
    })
  }
}

/** `work` never fails. */
function within(startTimer: StartTimer, work: Promise<void>, whenLate: () => void): Promise<void> {
  return new Promise((resolve) => {
    const stopTimer = startTimer(DUTY_AT_MOST_MS, () => {
      whenLate()
      resolve()
    })
    void work.then(() => {
      stopTimer()
      resolve()
    })
  })
}

async function doDuty(deps: Deps, name: string, duty: () => Promise<unknown>): Promise<void> {
  const { clockDuties } = deps.stores
  try {
    // Counted before it begins: only so is a try on record that takes the process with it.
    if ((await clockDuties.begin(name, BEGINS_BEFORE_PARKING)) > BEGINS_BEFORE_PARKING) return
    await duty()
  } catch (error) {
    deps.log.error({ error, duty: name }, 'a duty of the clock failed; the next tick tries again')
  }
  await clockDuties.end(name).catch((error: unknown) => {
    deps.log.warn({ error, duty: name }, 'the end of a duty could not be recorded')
  })
}
