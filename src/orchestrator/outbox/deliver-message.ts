import { deliverRoom } from './deliver-room.ts'
import { deliverConfiguration } from './deliver-configuration.ts'
import { deliverCard } from './deliver-card.ts'
import { drawIncident } from '../picture/draw-incident.ts'
import { isStillAsked } from './is-still-asked.ts'
import { joinPosts } from './join-posts.ts'
import { stillAwaits } from './still-awaits.ts'
import { threadOf } from './thread-of.ts'
import { toPosted } from '../picture/to-posted.ts'
import type { Batch } from './gather-due.ts'
import type { CardDelivery } from './deliver-card.ts'
import type { OutboxMessage, OutboxPriority } from '../../ports/outbox.ts'
import type { CardReference, PostTry } from '../../ports/chat-surface.ts'

/** Nothing can be said in a thread before its card is there. */
const CARD_WAIT_MS = 500

/** What people wait for does not queue behind a storm of refreshed cards. */
const URGENT: readonly OutboxPriority[] = ['approval', 'result']

type DirectMessage = Extract<OutboxMessage, { kind: 'direct' }>

/** Sends one message, or what is said together. Returns 0 when it is sent, else the milliseconds until it may be tried again. */
export async function deliverMessage(delivery: CardDelivery, batch: Batch): Promise<number> {
  const [{ message }] = batch
  switch (message.kind) {
    case 'card':
      return deliverCard(delivery, message.incidentId, URGENT.includes(message.priority))
    case 'room':
      return deliverRoom(delivery, message.incidentId)
    case 'configuration':
      return deliverConfiguration(delivery, batch[0], message.changeId)
    case 'thread':
    case 'post':
      return deliverToThread(delivery, batch, message.incidentId)
    case 'picture':
      return deliverPicture(delivery, batch, message.incidentId)
    case 'direct':
      return deliverToPerson(delivery, batch, message)
  }
}

async function deliverToPerson(delivery: CardDelivery, batch: Batch, message: DirectMessage): Promise<number> {
  const { deps, surface, budgets, signal } = delivery
  const { personId, proposalId, step, incidentId } = message
  const person = deps.directory.findById(personId)
  if (person === undefined) return 0
  const asked = proposalId === undefined ? undefined : { proposalId, ...(step === undefined ? {} : { step }) }
  if (asked !== undefined && !(await stillAwaits(deps, asked, personId))) return 0
  if (message.question !== undefined && !(await isStillAsked(deps, message.question))) return 0
  const wait = budgets.takePost(`person ${person.id}`, deps.clock.monotonicMs())
  if (wait > 0) return wait
  const card = incidentId === null ? undefined : await firstCard(delivery, incidentId)
  await deps.stores.outboxQueue.markSending(batch)
  await surface.tellPerson(person, wordsOf(batch), signal, {
    ...tryOf(batch),
    ...(card === undefined ? {} : { about: card }),
  })
  return 0
}

/** The longest-lived copy of the card on this surface. */
async function firstCard({ deps, surface }: CardDelivery, incidentId: string): Promise<CardReference | undefined> {
  const cards = await deps.stores.cards.listByIncident(incidentId)
  return cards.find((card) => card.surface === surface.name && card.reference !== null)?.reference ?? undefined
}

async function deliverToThread(delivery: CardDelivery, batch: Batch, incidentId: string): Promise<number> {
  const { deps, surface, signal } = delivery
  const first = await placeInThread(delivery, incidentId)
  if (typeof first === 'number') return first
  await deps.stores.outboxQueue.markSending(batch)
  await surface.postInThread(first, wordsOf(batch), signal, tryOf(batch))
  return 0
}

/** Where the incident's thread is; or the milliseconds to wait, where nothing can be said in it now. */
async function placeInThread(delivery: CardDelivery, incidentId: string): Promise<CardReference | number> {
  const { deps, surface, budgets } = delivery
  // The longest-lived copy carries the thread: one post, not one a copy.
  const first = await firstCard(delivery, incidentId)
  if (first === undefined) {
    // Without a route no card will ever come, and nothing may wait for it for ever.
    return deps.settings.routes.some((route) => route.surface === surface.name) ? CARD_WAIT_MS : 0
  }
  const wait = budgets.takePost(first.channel, deps.clock.monotonicMs(), threadOf(first))
  return wait > 0 ? wait : first
}

/** Without a series there is no picture, and nothing to say. */
async function deliverPicture(delivery: CardDelivery, batch: Batch, incidentId: string): Promise<number> {
  const { deps, surface, signal } = delivery
  const drawn = await drawIncident(deps, incidentId)
  if (drawn === null) return 0
  const first = await placeInThread(delivery, incidentId)
  if (typeof first === 'number') return first
  const picture = await toPosted(deps, drawn)
  await deps.stores.outboxQueue.markSending(batch)
  await surface.postPicture(first, picture, signal, tryOf(batch))
  return 0
}

function wordsOf(batch: Batch): string {
  return joinPosts(batch.flatMap(({ message }) => ('text' in message ? [message.text] : [])))
}

function tryOf(batch: Batch): PostTry {
  const [first] = batch
  return { keys: batch.map((waiting) => waiting.id), since: first.mayHaveArrived ? first.createdAt : null }
}
