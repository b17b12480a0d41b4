import { isReviewDue } from './review-audit.ts'
import type { Deps } from './dependencies.ts'

/** On the clock's tick: the review itself may go over many entries, and is a job that keeps no other duty waiting. */
export async function askForReview(deps: Deps): Promise<void> {
  const moment = await deps.stores.logReviews.readMoment()
  if (!isReviewDue(moment, deps.settings.auditReview.minuteOfDay)) return
  await deps.stores.jobs.enqueue('audit.review', { day: moment.day }, { singletonKey: moment.day })
}
