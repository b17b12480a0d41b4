import { RefusedError } from '../kernel/errors.ts'
import { accountId, authorName, keptText } from './messages/chat-words.ts'
import { byPerson, requireIncident, tellOfIncident } from './incident-moves.ts'
import type { CapturedMessage, MessagePlace } from '../ports/captured-message-store.ts'
import type { ChatWords } from './messages/chat-words.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent } from './incident-moves.ts'
import type { Stores } from '../ports/stores.ts'

export interface CaptureMessageInput extends IncidentIntent {
  readonly place: MessagePlace
  /** null when the surface could not read it: then that is what the timeline says. */
  readonly words: ChatWords | null
}

/**
 * Puts a chat message on the timeline, once. One that could not be read leaves its place there, and is filled in by
 * the next capture that can read it.
 */
export async function captureMessage(deps: Deps, input: CaptureMessageInput): Promise<CapturedMessage> {
  const incident = await requireIncident(deps, input, 'note')
  const { place, words } = input
  const author = accountId(words?.author ?? null)
  const original = words === null ? '' : keptText(deps, words.text)
  return deps.unitOfWork.run(async (stores) => {
    const captured = await stores.capturedMessages.insert({
      ...place,
      incidentId: incident.id,
      author: words === null ? 'unread' : author,
      capturedBy: input.person.id,
      original,
    })
    if (captured === undefined) return fillIn(deps, stores, input, incident)
    const { name } = input.person
    const text =
      words === null
        ? `${name} puts a message on the timeline that could not be read (${placeName(place)}).`
        : `${name} puts a message of ${authorName(deps, words.author)} on the timeline: “${original}”`
    const details = { ...place, author: captured.author, text: original }
    await tellOfIncident(deps, stores, incident, byPerson(input, 'message.captured', text, details))
    return captured
  })
}

/** Captured before: nothing happens, unless its words were missing and are here now. */
async function fillIn(
  deps: Deps,
  stores: Stores,
  input: CaptureMessageInput,
  incident: Incident,
): Promise<CapturedMessage> {
  const { place, words } = input
  const before = await stores.capturedMessages.find(place)
  const isFor = before?.incidentId === incident.id
  const filled =
    words === null || !isFor
      ? undefined
      : await stores.capturedMessages.fill(place, accountId(words.author), keptText(deps, words.text))
  if (filled === undefined) throw alreadyCaptured(before)
  const text = `${input.person.name} adds what the message said (${placeName(place)}): “${filled.original}”`
  const details = { ...place, author: filled.author, text: filled.original }
  await tellOfIncident(deps, stores, incident, byPerson(input, 'message.read', text, details))
  return filled
}

export function alreadyCaptured(captured: CapturedMessage | undefined): RefusedError {
  const where = captured?.incidentId ?? 'an incident'
  const since = captured === undefined ? '' : ` since ${captured.capturedAt.toISOString().slice(11, 16)} UTC`
  return new RefusedError(
    'already_captured',
    `That message is on the timeline of ${where}${since}. Edits of it are followed there; nothing more is needed.`,
  )
}

function placeName({ surface, channel, message }: MessagePlace): string {
  return `${surface} ${channel} ${message}`
}
