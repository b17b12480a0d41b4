import { answer } from './replies.ts'
import { answerFromFacts } from '../../summaries/answer-from-facts.ts'
import { dependentsOf } from '../../domain/service-catalog.ts'
import { findIncident } from './find-incident.ts'
import { listGaps } from '../../summaries/list-gaps.ts'
import { readEvidence, readIncident, readTimeline } from '../read/read-incidents.ts'
import { readerOf } from './conversation-context.ts'
import { recordPieces } from '../words/record-pieces.ts'
import { writeHandover } from '../../summaries/write-handover.ts'
import { writePostmortem } from '../../summaries/write-postmortem.ts'
import { writeStatusUpdate } from '../../summaries/write-status-update.ts'
import { writeWords } from '../words/write-words.ts'
import { wrongUsage } from './parse-verb.ts'
import type { Deps } from '../dependencies.ts'
import type { GroundedText } from '../../llm/write-grounded.ts'
import type { Reply, ReplyRow } from './conversation.ts'
import type { SummarySentence } from '../../domain/incident-view.ts'
import type { TextSection } from '../../summaries/text-section.ts'
import type { VerbCall } from './conversation-context.ts'
import type { WordsWish } from '../words/write-words.ts'

const TIMELINE_READ = 200

/** For whoever takes over: a model may say the first part better; what waits comes from the record alone. */
export async function handoverVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const read = await readAll(deps, call)
  const words = await wordsFor(deps, call, read, 'handover')
  return textReply(call, read, 'Handover of', words, withFirst(writeHandover(read.view), words))
}

/** For people who do not know the systems. */
export async function updateVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const read = await readAll(deps, call)
  const words = await wordsFor(deps, call, read, 'status-update')
  const { service } = read.view
  const facts = writeStatusUpdate(read.view, service === null ? [] : dependentsOf(deps.catalog, service))
  return textReply(call, read, 'Status of', words, withFirst(facts, words), false)
}

export async function postmortemVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const read = await readAll(deps, call)
  const words = await wordsFor(deps, call, read, 'postmortem')
  const title = 'Draft of a post-mortem; what is to be learned from it is for people to write. For'
  return textReply(call, read, title, words, withFirst(writePostmortem(read), words))
}

/** Without a model: the pieces of evidence that speak of it. */
export async function askVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const question = call.request.rest
  if (question === '') throw wrongUsage('ask', 'The question is missing.')
  const read = await readAll(deps, call)
  const words = await wordsFor(deps, call, read, 'answer-question', question)
  const pieces = [...read.evidence, ...recordPieces(read.view, read.timeline)]
  const sentences = words?.sentences ?? answerFromFacts(question, pieces)
  if (sentences.length === 0) {
    return answer(`Nothing on record of ${read.view.id} speaks of that.`, {
      shared: call.request.share,
      incidentId: read.view.id,
    })
  }
  return textReply(call, read, 'What is on record of', words, [{ title: '', sentences }], false)
}

type Read = Pick<WordsWish, 'view' | 'evidence' | 'timeline'>

async function readAll(deps: Deps, call: VerbCall): Promise<Read> {
  const { id } = await findIncident(deps, call)
  const reader = readerOf(call)
  const [view, evidence, timeline] = await Promise.all([
    readIncident(deps, reader, id),
    readEvidence(deps, reader, id),
    readTimeline(deps, reader, id, { after: null, limit: TIMELINE_READ }),
  ])
  return { view, evidence, timeline: timeline.items }
}

function wordsFor(deps: Deps, call: VerbCall, read: Read, prompt: WordsWish['prompt'], question?: string) {
  const asked = question === undefined ? {} : { question }
  return writeWords(deps, { ...read, prompt, origin: call.place.surface, ...asked })
}

/** The model's sentences in the place of the first section; everything else stays as the record says it. */
function withFirst(sections: readonly TextSection[], words: GroundedText | null): readonly TextSection[] {
  const [first, ...rest] = sections
  if (words === null || first === undefined) return sections
  return [{ title: first.title, sentences: words.sentences }, ...rest]
}

function textReply(
  call: VerbCall,
  { view, evidence }: Read,
  title: string,
  words: GroundedText | null,
  sections: readonly TextSection[],
  hasGaps = true,
): Reply {
  const gaps = hasGaps ? listGaps(view, evidence) : []
  const rows = [
    ...sections.flatMap((section) => section.sentences.map((sentence) => rowOf(section.title, sentence))),
    ...gaps.map(({ kind, text }) => ({ label: kind === 'gap' ? 'Not known' : 'Contradiction', text })),
  ]
  return answer(`${title} ${view.id}. ${sourceOf(words)}`, { rows, shared: call.request.share, incidentId: view.id })
}

function rowOf(title: string, { text, evidence }: SummarySentence): ReplyRow {
  return title === ''
    ? { label: evidence.join(' ') || '·', text }
    : { label: title, text: `${text}${evidence.length === 0 ? '' : ` (${evidence.join(', ')})`}` }
}

function sourceOf(words: GroundedText | null): string {
  if (words === null) return 'From the facts on record.'
  const left = words.dropped === 0 ? '' : ` ${String(words.dropped)} of its sentences had no ground and are left out.`
  return `Written by a language model from the evidence named.${left}`
}
