import { shortRevision } from '../../summaries/wording.ts'
import type { Deps } from '../dependencies.ts'
import type { Feedback, FeedbackAnswer, FeedbackQuestion } from '../../domain/feedback.ts'
import type { FeedbackView } from '../../domain/incident-view.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentFindings } from '../../ports/incident-store.ts'
import type { PlaybookRecord } from '../../ports/playbook-record-store.ts'
import type { Stores } from '../../ports/stores.ts'

/** What can be asked about an incident, as the database has it. */
export interface FeedbackRecords {
  readonly answers: readonly Feedback[]
  readonly run: Pick<PlaybookRecord, 'playbook' | 'runId'> | undefined
}

export const NOTHING_ASKED: FeedbackRecords = { answers: [], run: undefined }

/** People are asked once it is over; until then this costs no query. */
export async function readFeedback({ stores }: Pick<Deps, 'stores'>, incident: Incident): Promise<FeedbackRecords> {
  if (incident.state !== 'resolved') return NOTHING_ASKED
  const [answers, run] = await Promise.all([
    stores.feedback.list(incident.id),
    stores.playbookRecords.findNewest(incident.id),
  ])
  return { answers, run }
}

/** What an answer is about. */
export interface FeedbackSubject {
  readonly about: string
  readonly subject: string
  readonly changeId: string | null
  readonly runId: string | null
  readonly probability: number | null
}

/** The change that the card names as the likely cause; undefined where it names none. */
function causeAsked({ suspects }: Pick<IncidentFindings, 'suspects'>): FeedbackSubject | undefined {
  const [best] = suspects
  if (best === undefined) return undefined
  const version = best.revision === null ? '' : ` to ${shortRevision(best.revision)}`
  const { changeId, probability } = best
  return { about: changeId, subject: `${best.kind} of ${best.service}${version}`, changeId, runId: null, probability }
}

/** The newest run that came to an end of its own: what a person stopped says nothing about its playbook. */
function runAsked(run: FeedbackRecords['run']): FeedbackSubject | undefined {
  if (run === undefined) return undefined
  return { about: run.runId, subject: run.playbook, changeId: null, runId: run.runId, probability: null }
}

/** The same, read under the lock of an answer that is about to be written. */
export async function findSubject(
  stores: Stores,
  incidentId: string,
  question: FeedbackQuestion,
): Promise<FeedbackSubject | undefined> {
  if (question === 'cause') return causeAsked(await stores.findings.get(incidentId))
  return runAsked(await stores.playbookRecords.findNewest(incidentId))
}

export function viewFeedback(
  incident: Incident,
  findings: IncidentFindings,
  { answers, run }: FeedbackRecords,
): readonly FeedbackView[] {
  if (incident.state !== 'resolved') return []
  const asked = [
    { question: 'cause', subject: causeAsked(findings) },
    { question: 'playbook', subject: runAsked(run) },
  ] as const
  return asked.flatMap(({ question, subject }) =>
    subject === undefined
      ? []
      : [{ question, about: subject.about, subject: subject.subject, counts: countsOf(answers, question, subject) }],
  )
}

/** What was said of another change or run than the one that is asked about now is not counted here. */
function countsOf(
  answers: readonly Feedback[],
  question: FeedbackQuestion,
  { about }: FeedbackSubject,
): FeedbackView['counts'] {
  const own = answers.filter((one) => one.question === question && (one.changeId ?? one.runId) === about)
  const count = (answer: FeedbackAnswer) => own.filter((one) => one.answer === answer).length
  return { yes: count('yes'), no: count('no'), unsure: count('unsure') }
}
