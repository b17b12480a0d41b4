import { answer } from './replies.ts'
import { answerFromFacts } from '../../summaries/answer-from-facts.ts'
import { dependentsOf } from '../../domain/service-catalog.ts'
import { findIncident } from './find-incident.ts'
import { gapRows, sentenceRow } from './text-rows.ts'
import { readEvidence, readIncident, readTimeline } from '../read/read-incidents.ts'
import { readerOf } from './conversation-context.ts'
import { recordPieces } from '../words/record-pieces.ts'
import { writeHandover } from '../../summaries/write-handover.ts'
import { writePostmortem } from '../../summaries/write-postmortem.ts'
import { writeStatusUpdate } from '../../summaries/write-status-update.ts'
import { writeWords } from '../words/write-words.ts'
import { wrongUsage } from './parse-verb.ts'
import type { Deps } from '../dependencies.ts'
import type { Gap } from '../../summaries/list-gaps.ts'
import type { GroundedText } from '../../llm/write-grounded.ts'
import type { Reply, ReplyRow } from './conversation.ts'
import type { SummarySentence } from '../../domain/incident-view.ts'
import type { TextSection } from '../../summaries/text-section.ts'
import type { VerbCall } from './conversation-context.ts'
import type { WordsWish } from '../words/write-words.ts'

const TIMELINE_READ = 200

/** For whoever takes over: a model may say it better; what waits comes from the record alone. */
export async function handoverVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const read = await readAll(deps, call)
  const words = await wordsFor(deps, call, read, 'handover')
  return textReply(call, read, {
    ...{ title: 'Handover of', words, isBeside: true, shows: () => true },
    sections: beside(writeHandover(read.view), words),
  })
}

/** For people who do not know the systems. */
export async function updateVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const read = await readAll(deps, call)
  const words = await wordsFor(deps, call, read, 'status-update')
  const { service } = read.view
  const facts = writeStatusUpdate(read.view, service === null ? [] : dependentsOf(deps.catalog, service))
  return textReply(call, read, {
    ...{ title: 'Status of', words, isBeside: true, shows: () => false },
    sections: beside(facts, words),
  })
}

export async function postmortemVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const read = await readAll(deps, call)
  const words = await wordsFor(deps, call, read, 'postmortem')
  const title = 'Draft of a post-mortem; what is to be learned from it is for people to write. For'
  return textReply(call, read, {
    ...{ title, words, isBeside: true, shows: () => true },
    sections: beside(writePostmortem(read), words),
  })
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
  return textReply(call, read, {
    ...{ title: 'What is on record of', words, isBeside: false, sections: [{ title: '', sentences }] },
    // Whatever was asked, the answer may rest on one of two things of which only one can be so.
    shows: ({ kind }) => kind === 'contradiction',
  })
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

/** In the place of the facts, sentences that are true and few would hide what they leave out. */
function beside(sections: readonly TextSection[], words: GroundedText | null): readonly TextSection[] {
  return words === null ? sections : [{ title: 'In other words', sentences: words.sentences }, ...sections]
}

interface Saying {
  readonly title: string
  readonly sections: readonly TextSection[]
  readonly words: GroundedText | null
  /** Beside the facts, or in their place. */
  readonly isBeside: boolean
  readonly shows: (gap: Gap) => boolean
}

function textReply(call: VerbCall, { view, evidence }: Read, saying: Saying): Reply {
  const { title, sections, words, isBeside, shows } = saying
  const rows = [
    ...sections.flatMap((section) => section.sentences.map((sentence) => rowOf(section.title, sentence))),
    ...gapRows(view, evidence, shows),
  ]
  const source = words === null ? 'From the facts on record.' : sourceOf(words, isBeside)
  return answer(`${title} ${view.id}. ${source}`, { rows, shared: call.request.share, incidentId: view.id })
}

function rowOf(title: string, sentence: SummarySentence): ReplyRow {
  const { text, evidence } = sentence
  return title === ''
    ? sentenceRow(sentence)
    : { label: title, text: `${text}${evidence.length === 0 ? '' : ` (${evidence.join(', ')})`}` }
}

function sourceOf({ dropped }: GroundedText, isBeside: boolean): string {
  const left = dropped === 0 ? '' : ` ${String(dropped)} of its sentences had no ground and are left out.`
  const where = isBeside ? ', above the facts on record' : ''
  return `Written by a language model from the evidence named${where}.${left}`
}
