import { WITH_AGO, bold, bullets, dotted, richText, section, text, time } from './card-text.ts'
import { nameSome } from './card-room.ts'
import { describeNext } from '../../../domain/describe-next.ts'
import { truncateText } from '../../../kernel/clean-text.ts'
import { visibleLine } from './visible-text.ts'
import type { CardRoom } from './card-room.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'
import type { CardText, Inline } from './card-text.ts'
import type { Severity } from '../../../domain/severity.ts'

const LONGEST_HEADER = 150

/** The only emoji of a card; the words beside it say the same. */
const SEVERITY_MARKS: Readonly<Record<Severity, string>> = {
  SEV1: '🔴',
  SEV2: '🟠',
  SEV3: '🟡',
  SEV4: '🔵',
  SEV5: '⚪',
}

/** `SEV2 · checkout: 5xx 8.4 %`. */
export function headline(view: IncidentView, maxLength: number): string {
  const symptom = visibleLine(view.symptom, maxLength) || visibleLine(view.title, maxLength)
  const service = view.service === null ? '' : visibleLine(view.service, 60)
  return truncateText(`${view.severity} · ${service === '' ? symptom : `${service}: ${symptom}`}`, maxLength)
}

/** The first thing one reads, in one line of plain text. */
export function renderHeader(view: IncidentView): string {
  const mark = SEVERITY_MARKS[view.severity]
  const words = headline(view, LONGEST_HEADER - mark.length - 1)
  return `${mark} ${words}`
}

/** What is asked of people now, before anything else. */
export function renderNext(view: IncidentView, room: CardRoom): readonly CardText[] {
  const next = describeNext(view)
  if (next === null) return []
  const until = next.until === null ? [] : [text(' Until '), time(next.until, WITH_AGO), text('.')]
  return richText(section(bold('Next '), text(visibleLine(next.text, room.line)), ...until))
}

/** The line under the header: id, state, since when, who. */
export function renderFacts(view: IncidentView, room: CardRoom): readonly CardText[] {
  const onCall = view.onCall.map((name) => visibleLine(name, 60))
  return richText(
    section(
      ...dotted([
        [bold(view.id)],
        stateOf(view),
        [text('started '), time(view.onsetAt, WITH_AGO)],
        view.environment === null ? [] : [text(visibleLine(view.environment, 40))],
        [text(view.commander === null ? 'no commander yet' : `commander ${visibleLine(view.commander, 60)}`)],
        view.owner === null ? [] : [text(`owner ${visibleLine(view.owner, 60)}`)],
        onCall.length === 0 ? [] : [text(`on call ${nameSome(onCall, Math.min(3, room.names))}`)],
        view.mode === 'observe' ? [text('observe only')] : [],
      ]),
    ),
  )
}

function stateOf(view: IncidentView): readonly Inline[] {
  if (view.state === 'resolved' && view.resolvedAt !== null) return [text('resolved '), time(view.resolvedAt)]
  if (view.state === 'mitigated' && view.mitigatedAt !== null) return [text('mitigated '), time(view.mitigatedAt)]
  if (view.quietSince !== null) return [text(`${view.state}, quiet since `), time(view.quietSince)]
  return [text(view.state)]
}

/** What it does to users, and a model's words, which say whose they are. */
export function renderImpact(view: IncidentView, room: CardRoom): readonly CardText[] {
  const impact = view.impact.slice(0, 3).map((sentence) => visibleLine(sentence, room.line))
  const { firing, total } = view.alerts
  const alerts = total === 0 ? '' : `${String(firing)} of ${String(total)} alerts firing.`
  const sentences = [...impact.map(asSentence), alerts].filter((sentence) => sentence !== '')
  const fromModel = view.summary.source === 'model' ? view.summary.sentences.slice(0, room.reasons) : []
  return richText(
    ...(sentences.length === 0 ? [] : [section(bold('Impact '), text(sentences.join(' ')))]),
    ...(fromModel.length === 0
      ? []
      : [section(bold('Summary '), text('(a language model’s words, from the evidence)'))]),
    ...bullets(fromModel.map((sentence) => [text(visibleLine(sentence.text, room.line))])),
  )
}

function asSentence(words: string): string {
  return /[.:;)]$/.test(words) || words === '' ? words : `${words}.`
}
