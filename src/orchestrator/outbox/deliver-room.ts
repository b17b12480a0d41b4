import { canonicalJson } from '../../kernel/canonical-json.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import { roomNames } from '../../domain/room-name.ts'
import { roomPeople } from './room-people.ts'
import { roomTopic } from './room-topic.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { CardDelivery } from './deliver-card.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentRoom } from '../../ports/room-store.ts'
import type { IncidentRooms } from '../../ports/incident-rooms.ts'
import type { IncidentView } from '../../domain/incident-view.ts'

/** The card's copy in the room has to be there before it can be pinned. */
const CARD_WAIT_MS = 500

interface Making {
  readonly delivery: CardDelivery
  readonly rooms: IncidentRooms
  readonly room: IncidentRoom
  readonly view: IncidentView
  readonly incident: Incident
}

/**
 * Makes the incident's own channel, and sets it up: channel → topic, card, invitations, bookmarks, pin. Each is noted
 * when it is done, so that a crash, a lost answer or an outage goes on where it stopped; the wish for the channel itself
 * is noted before it is asked for, so that a channel whose making was never answered is found again and not made twice.
 * What the platform refuses does not keep the rest from being done: it is told in the thread, and the message is given
 * up, to be sent again when the reason is mended.
 */
export async function deliverRoom(delivery: CardDelivery, incidentId: string): Promise<number> {
  const { deps, surface, rooms = null } = delivery
  const room = await deps.stores.rooms.find(incidentId, surface.name)
  const view = await loadIncidentView(deps, incidentId)
  const incident = await deps.stores.incidents.find(incidentId)
  if (rooms === null || room === undefined || view === undefined || incident === undefined) return 0
  if (room.channel !== null) return setUp({ delivery, rooms, room, view, incident }, room.channel)
  // An outage outlasted the incident: nobody needs a room any more.
  if (view.state === 'resolved') return 0
  const wait = delivery.budgets.takeRoom(deps.clock.monotonicMs())
  if (wait > 0) return wait
  const channel = await open({ delivery, rooms, room, view, incident })
  return setUp({ delivery, rooms, room: { ...room, channel }, view, incident }, channel)
}

async function open({ delivery, rooms, room }: Making): Promise<string> {
  const { deps, signal } = delivery
  const mayExist = room.done.includes('asked')
  if (!mayExist) await deps.stores.rooms.markDone(room, 'asked')
  try {
    const made = await rooms.createRoom({ names: roomNames(room.name), mayExist }, signal)
    await deps.stores.rooms.save(room, { state: 'open', detail: null, ...made })
    return made.channel
  } catch (error) {
    if (error instanceof VendorRejectedError) {
      await deps.stores.rooms.save(room, { state: 'failed', detail: error.message })
      await tell(delivery, room, `${room.incidentId} has no channel of its own: ${error.message}`)
    }
    throw error
  }
}

interface SetUpStep {
  /** Its first word is the kind; the rest changes when there is something to do anew. */
  readonly key: string
  readonly run: () => Promise<void>
}

async function setUp(making: Making, channel: string): Promise<number> {
  const { delivery, rooms, room, view } = making
  const { deps, surface, signal } = delivery
  const refused: VendorRejectedError[] = []
  for (const { key, run } of stepsOf(making, channel)) {
    if (!room.done.includes(key)) await runStep(making, key, run, refused)
  }
  const cards = await deps.stores.cards.listByIncident(view.id)
  const copy = cards.find((card) => card.surface === surface.name && card.channel === channel)?.reference ?? null
  if (copy === null) return CARD_WAIT_MS
  if (!room.done.includes('pin')) await runStep(making, 'pin', () => rooms.pinCard(copy, signal), refused)
  const [first] = refused
  if (first === undefined) return 0
  const detail = [...new Set(refused.map((error) => error.message))].join(' ')
  await deps.stores.rooms.save(room, { detail })
  if (detail !== room.detail) await tell(delivery, room, `The channel of ${view.id} is not set up in full: ${detail}`)
  throw first
}

function stepsOf({ delivery, rooms, view, incident }: Making, channel: string): readonly SetUpStep[] {
  const { deps, surface, signal } = delivery
  const topic = roomTopic(view)
  const people = roomPeople(deps, incident, view)
  const own = view.consoleUrl === null ? [] : [{ title: 'Console', url: view.consoleUrl }]
  const links = [...own, ...view.links.map(({ title, url }) => ({ title, url }))]
  const digest = (value: readonly string[]) => sha256Hex(canonicalJson([...value])).slice(0, 16)
  return [
    { key: `topic ${topic}`, run: () => rooms.setTopic(channel, topic, signal) },
    {
      key: 'card',
      run: async () => {
        await deps.stores.cards.ensure(view.id, surface.name, channel)
        await deps.stores.outbox.append([{ kind: 'card', incidentId: view.id, priority: 'result' }])
      },
    },
    {
      key: `invitations ${digest(people.map((person) => person.id))}`,
      run: () => rooms.invite(channel, people, signal),
    },
    {
      key: `bookmarks ${digest(links.map((link) => link.url))}`,
      run: () => rooms.addBookmarks(channel, links, signal),
    },
  ]
}

async function runStep(
  { delivery, room }: Making,
  key: string,
  run: () => Promise<void>,
  refused: VendorRejectedError[],
): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof VendorRejectedError)) throw error
    refused.push(error)
    return
  }
  await delivery.deps.stores.rooms.markDone(room, key)
}

/** Once for each reason: whoever mends it sends the message again. */
async function tell({ deps }: CardDelivery, room: IncidentRoom, what: string): Promise<void> {
  if (room.detail !== null && what.endsWith(room.detail)) return
  const text = `${what} Once that is mended: countersign outbox retry all`
  await deps.stores.outbox.append([{ kind: 'thread', incidentId: room.incidentId, text, priority: 'status' }])
}
