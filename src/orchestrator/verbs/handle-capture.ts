import { RefusedError } from '../../kernel/errors.ts'
import { alreadyCaptured, captureMessage } from '../capture-message.ts'
import { answer } from './replies.ts'
import { answered, requirePerson } from './handle-utterance.ts'
import { keptText } from '../messages/chat-words.ts'
import { openIncidentsHere } from './open-incidents-here.ts'
import { LIST_OF_INCIDENTS, noteReading, requireReading } from '../read/reader.ts'
import type { ChatWords } from '../messages/chat-words.ts'
import type { ConversationPlace, Reply } from './conversation.ts'
import { withRequest } from '../with-request.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident } from '../../domain/incident.ts'
import type { MessagePlace } from '../../ports/captured-message-store.ts'
import type { Person } from '../../domain/person.ts'
import type { Reader } from '../read/reader.ts'

/** Somebody points at a chat message that belongs on a timeline: by a shortcut on it, or by a pin. */
export interface Capture extends ConversationPlace {
  readonly channel: string
  /** The message that is meant. */
  readonly message: string
  readonly how: 'shortcut' | 'pin'
  /** The incident that was chosen; null leaves it to where the message stands. */
  readonly incidentId: string | null
  /** What it says; null when it cannot be read. Asked once it is known that somebody who counts wants it. */
  readonly read: () => Promise<ChatWords | null>
}

export interface IncidentChoice {
  readonly id: string
  readonly severity: string
  readonly title: string
}

export type CaptureAnswer =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** Several incidents are open and the message stands in none of them: the person is asked which. */
  | { readonly kind: 'choose'; readonly incidents: readonly IncidentChoice[]; readonly words: ChatWords | null }
  /** A pin that has nothing to do with any incident: people pin for other reasons too. */
  | { readonly kind: 'nothing' }

const MOST_CHOICES = 100

export async function handleCapture(given: Deps, capture: Capture): Promise<CaptureAnswer> {
  const deps = withRequest(given, capture)
  const isPin = capture.how === 'pin'
  if (isPin && deps.directory.findByAccount(capture.account) === undefined && !(await isOurChannel(deps, capture))) {
    return { kind: 'nothing' }
  }
  let other: CaptureAnswer | undefined
  const reply = await answered(deps, capture, async () => {
    const person = await requirePerson(deps, capture, 'note')
    const place = placeOf(capture)
    const before = await deps.stores.capturedMessages.find(place)
    if (before !== undefined && before.original !== '') throw alreadyCaptured(before)
    const words = await capture.read()
    const found = before?.incidentId ?? (await incidentOf(deps, capture, words, person))
    if (typeof found !== 'string') {
      other = found
      return answer('')
    }
    await captureMessage(deps, { incidentId: found, person, origin: capture.surface, place, words })
    return captured(found, words)
  })
  return other ?? { kind: 'reply', reply }
}

function placeOf({ surface, channel, message }: Capture): MessagePlace {
  return { surface, channel, message }
}

function captured(incidentId: string, words: ChatWords | null): Reply {
  const text =
    words === null
      ? `The timeline of ${incidentId} says that the message is meant, but its text could not be read. Use the shortcut "Add to timeline" on it, or say it yourself: note ${incidentId} <text>.`
      : `The message is on the timeline of ${incidentId}. Edits of it are followed there.`
  return answer(text, { incidentId })
}

/** The chosen one; else that of the thread; else the only open one of the channel; else the only open one at all. */
async function incidentOf(
  deps: Deps,
  capture: Capture,
  words: ChatWords | null,
  person: Person,
): Promise<string | CaptureAnswer> {
  if (capture.incidentId !== null) return capture.incidentId
  const own = await incidentOfThread(deps, capture, words?.thread ?? null)
  if (own !== undefined) return own
  const here = await openIncidentsHere(deps, capture)
  const [only] = here
  if (only !== undefined && here.length === 1) return only.id
  if (capture.how === 'pin') {
    if (here.length === 0) return { kind: 'nothing' }
    throw new RefusedError(
      'which_incident',
      'Several incidents are open here, and a pin does not say which one. Use the shortcut "Add to timeline" on the message.',
    )
  }
  const open = here.length > 0 ? here : await openIncidentsHere(deps, { ...capture, channel: null })
  return choiceOf(deps, capture, open, words, person)
}

/** The choices are a list, and so for those who may see one. */
async function choiceOf(
  deps: Deps,
  { surface }: Capture,
  open: readonly Incident[],
  words: ChatWords | null,
  person: Person,
): Promise<string | CaptureAnswer> {
  const [first] = open
  if (first === undefined) {
    throw new RefusedError('which_incident', 'No incident is open. Declare one first: declare SEV2 <title>.')
  }
  if (open.length === 1) return first.id
  const reader: Reader = { type: 'person', person, origin: surface }
  await requireReading(deps, reader, 'list')
  await noteReading(deps, reader, LIST_OF_INCIDENTS)
  const incidents = open.slice(0, MOST_CHOICES).map(({ id, severity, title }) => ({ id, severity, title }))
  // What a form remembers of it is what would be kept.
  const kept = words === null ? null : { ...words, text: keptText(deps, words.text) }
  return { kind: 'choose', incidents, words: kept }
}

async function incidentOfThread(deps: Deps, capture: Capture, thread: string | null): Promise<string | undefined> {
  const { surface, channel, message } = capture
  for (const root of thread === null ? [message] : [thread, message]) {
    const card = await deps.stores.cardQueries.findByMessage(surface, channel, root)
    if (card !== undefined) return card.incidentId
  }
  return undefined
}

async function isOurChannel(deps: Deps, { surface, channel, message }: Capture): Promise<boolean> {
  if ((await deps.stores.cardQueries.listOpenIncidents(surface, channel)).length > 0) return true
  return (await deps.stores.cardQueries.findByMessage(surface, channel, message)) !== undefined
}
