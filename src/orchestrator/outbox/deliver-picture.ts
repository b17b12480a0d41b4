import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { isBrokenAccess } from './judge-failure.ts'
import { drawIncident } from '../picture/draw-incident.ts'
import { firstCard, placeInThread } from './place-in-thread.ts'
import { threadOf } from './thread-of.ts'
import { toPosted } from '../picture/to-posted.ts'
import { tryOf } from './try-of.ts'
import type { Batch } from './gather-due.ts'
import type { CardDelivery } from './deliver-card.ts'
import type { DrawnPicture } from '../picture/draw-incident.ts'
import type { ShownPicture } from '../../ports/shown-picture-store.ts'

/** A picture is uploaded anew for each change, so not for every one: they come together, and the last time is kept. */
const LEAST_BETWEEN_MS = 30_000
const MOST_TIMES = 6
/** Of a message that was found: it may show what was drawn before, so it is brought up to date at once. */
const NOT_KNOWN = ''

/**
 * Without a series there is no picture, and nothing to say. The first time it is a message in the thread; when it marks
 * something else (other suspects, another severity, all quiet) that message is changed, at most five times. The last
 * of them is for when nothing fires any more.
 */
export async function deliverPicture(delivery: CardDelivery, batch: Batch, incidentId: string): Promise<number> {
  const { deps, surface } = delivery
  const drawn = await drawIncident(deps, incidentId)
  if (drawn === null) return 0
  const shown = await deps.stores.shownPictures.find(incidentId, surface.name)
  return shown === undefined ? post(delivery, batch, drawn) : update(delivery, drawn, shown)
}

async function post(delivery: CardDelivery, batch: Batch, drawn: DrawnPicture): Promise<number> {
  const { deps, surface, signal } = delivery
  const { incidentId, shownHash } = drawn
  const first = await placeInThread(delivery, incidentId)
  if (typeof first === 'number') return first
  const picture = await toPosted(deps, drawn)
  const attempt = tryOf(batch)
  await deps.stores.outboxQueue.markSending(batch)
  const message = await surface.postPicture(first, picture, signal, attempt)
  if (message === null) return 0
  const isSure = attempt.since === null
  const shown = { message, shownHash: isSure ? shownHash : NOT_KNOWN }
  await deps.stores.shownPictures.markShown(incidentId, surface.name, shown)
  return isSure ? 0 : 1
}

async function update(delivery: CardDelivery, drawn: DrawnPicture, shown: ShownPicture): Promise<number> {
  const { deps, surface, budgets, signal } = delivery
  const { incidentId, shownHash, isQuiet } = drawn
  if (shown.shownHash === shownHash || shown.times >= (isQuiet ? MOST_TIMES : MOST_TIMES - 1)) return 0
  const card = await firstCard(delivery, incidentId)
  if (card === undefined) return 0
  if (shown.shownHash !== NOT_KNOWN && shown.ageMs < LEAST_BETWEEN_MS) return LEAST_BETWEEN_MS - shown.ageMs
  const wait = budgets.takeUpdate(`picture ${incidentId}`, false, deps.clock.monotonicMs(), threadOf(card))
  if (wait > 0) return wait
  const { message } = shown
  try {
    await surface.updatePicture(card, message, await toPosted(deps, drawn), signal)
  } catch (error) {
    // Somebody deleted the message: they want no picture there. A token that expired says nothing of the message.
    if (!(error instanceof VendorRejectedError) || isBrokenAccess(error)) throw error
    deps.log.info({ incidentId, surface: surface.name }, 'a picture could not be changed and is left as it is')
  }
  await deps.stores.shownPictures.markShown(incidentId, surface.name, { message, shownHash })
  return 0
}
