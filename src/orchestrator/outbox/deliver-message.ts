import { deliverRoom } from './deliver-room.ts'
import { deliverConfiguration } from './deliver-configuration.ts'
import { deliverCard } from './deliver-card.ts'
import { deliverPicture } from './deliver-picture.ts'
import { firstCard, placeInThread } from './place-in-thread.ts'
import { isStillAsked } from './is-still-asked.ts'
import { joinPosts } from './join-posts.ts'
import { stillAwaits } from './still-awaits.ts'
import { tryOf } from './try-of.ts'
import type { Batch } from './gather-due.ts'
import type { CardDelivery } from './deliver-card.ts'
import type { OutboxMessage, OutboxPriority } from '../../ports/outbox.ts'

/** What people wait for does not queue behind a storm of refreshed cards. */
const URGENT: readonly OutboxPriority[] = ['approval', 'result']

type NoticeMessage = Extract<OutboxMessage, { kind: 'notice' }>
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
    case 'notice':
      return deliverNotice(delivery, batch, message)
    case 'thread':
    case 'post':
      return deliverToThread(delivery, batch, message.incidentId)
    case 'picture':
      return deliverPicture(delivery, batch, message.incidentId)
    case 'direct':
      return deliverToPerson(delivery, batch, message)
  }
}

async function deliverNotice(delivery: CardDelivery, batch: Batch, { channel }: NoticeMessage): Promise<number> {
  const { deps, surface, budgets, signal } = delivery
  const wait = budgets.takePost(channel, deps.clock.monotonicMs())
  if (wait > 0) return wait
  await deps.stores.outboxQueue.markSending(batch)
  await surface.postNotice(channel, wordsOf(batch), signal, tryOf(batch))
  return 0
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

async function deliverToThread(delivery: CardDelivery, batch: Batch, incidentId: string): Promise<number> {
  const { deps, surface, signal } = delivery
  const first = await placeInThread(delivery, incidentId)
  if (typeof first === 'number') return first
  await deps.stores.outboxQueue.markSending(batch)
  await surface.postInThread(first, wordsOf(batch), signal, tryOf(batch))
  return 0
}

function wordsOf(batch: Batch): string {
  return joinPosts(batch.flatMap(({ message }) => ('text' in message ? [message.text] : [])))
}
