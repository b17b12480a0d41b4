import { byPerson, requireIncident, tellOfIncident } from './incident-moves.ts'
import { findSubject } from './view/view-feedback.ts'
import { RefusedError } from '../kernel/errors.ts'
import type { Deps } from './dependencies.ts'
import type { FeedbackAnswer, FeedbackQuestion } from '../domain/feedback.ts'
import type { FeedbackSubject } from './view/view-feedback.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentIntent, Saying } from './incident-moves.ts'
import type { Stores } from '../ports/stores.ts'

export interface FeedbackIntent extends IncidentIntent {
  readonly question: FeedbackQuestion
  readonly answer: FeedbackAnswer
  /** The change or run that the pressed card asked about; null where it was typed and means what is named now. */
  readonly about: string | null
}

const WORDS: Readonly<Record<FeedbackQuestion, Readonly<Record<FeedbackAnswer, string>>>> = {
  cause: { yes: 'the cause was right', no: 'the cause was wrong', unsure: 'the cause is not certain' },
  playbook: { yes: 'the playbook helped', no: 'the playbook did not help', unsure: 'that is not certain' },
}

/**
 * One answer of one person, once the incident is resolved: a later one takes the place of the earlier, and each is on
 * the record. Under the incident's lock, so that nobody reopens it meanwhile and what is asked about stays what it is.
 */
export async function recordFeedback(deps: Deps, intent: FeedbackIntent): Promise<{ readonly text: string }> {
  const incident = await requireIncident(deps, intent, 'feedback')
  return deps.unitOfWork.run(async (stores) => {
    const subject = await requireSubject(stores, incident, intent)
    const earlier = await saveAnswer(stores, intent, subject)
    const words = WORDS[intent.question]
    // Thrown, the transaction takes back what it has just written once more.
    if (earlier === intent.answer) throw saidAlready(incident, words[intent.answer])
    await tellOfIncident(deps, stores, incident, sayingOf(intent, subject, earlier))
    const was = earlier === null ? '' : ` Before, you said that ${words[earlier]}.`
    return { text: `Noted for ${incident.id}: ${words[intent.answer]}.${was}` }
  })
}

/** What the answer is about, as the card names it at this moment. */
async function requireSubject(stores: Stores, incident: Incident, intent: FeedbackIntent): Promise<FeedbackSubject> {
  if (!(await stores.feedback.lockResolved(incident.id))) throw notResolved(incident)
  const subject = await findSubject(stores, incident.id, intent.question)
  if (subject === undefined) throw nothingAsked(incident, intent.question)
  if (intent.about !== null && intent.about !== subject.about) throw asksOfAnother(intent.about, subject)
  return subject
}

/** What this person said of the same thing before; null where that was nothing. */
async function saveAnswer(
  stores: Stores,
  { incidentId, question, answer, person }: FeedbackIntent,
  { about, changeId, runId, probability }: FeedbackSubject,
): Promise<FeedbackAnswer | null> {
  const answered = { incidentId, question, personId: person.id, answer, changeId, runId, probability }
  const before = await stores.feedback.save(answered)
  return before !== undefined && (before.changeId ?? before.runId) === about ? before.answer : null
}

function sayingOf(intent: FeedbackIntent, subject: FeedbackSubject, before: FeedbackAnswer | null): Saying {
  const { question, answer, person } = intent
  const { changeId, runId, probability } = subject
  const text = `${person.name} says that ${WORDS[question][answer]}: ${subject.subject} (${subject.about}).`
  const about = question === 'cause' ? { changeId, probability } : {}
  const saying = byPerson(intent, 'feedback.recorded', text, { question, answer, before, ...about })
  return runId === null ? saying : { ...saying, runId }
}

function notResolved({ id, state }: Incident): RefusedError {
  const now = state === 'resolved' ? 'open again' : state
  return new RefusedError('not_resolved', `${id} is ${now}. Say how it went once it is over: first resolve ${id}.`)
}

function nothingAsked({ id }: Incident, question: FeedbackQuestion): RefusedError {
  return question === 'cause'
    ? new RefusedError('no_cause_named', `No cause was named in ${id}, so there is none to call right or wrong.`)
    : new RefusedError('nothing_ran', `No playbook ran to its end in ${id}, so there is none to judge.`)
}

function asksOfAnother(about: string, { about: now, subject }: FeedbackSubject): RefusedError {
  return new RefusedError(
    'old_button',
    `That button asked about ${about}; the card now asks about ${now} (${subject}). Use the newest card.`,
  )
}

function saidAlready({ id }: Incident, words: string): RefusedError {
  return new RefusedError('already_said', `You have said for ${id} already that ${words}. Nothing changed.`)
}
