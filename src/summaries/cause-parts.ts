import { chance } from '../kernel/percent.ts'
import { cutWords, nameText } from './fit-words.ts'
import { momentText, nameSome, plural, shortRevision, withoutStop } from './wording.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import type { ChangeKind, Suspect } from '../domain/change-event.ts'
import type { SummaryFacts } from './summary-facts.ts'
import type { SummarySentence } from '../domain/incident-view.ts'
import type { WordedPart } from './fit-words.ts'

type CauseFacts = Pick<
  SummaryFacts,
  'suspects' | 'isDisputed' | 'isCollecting' | 'unknownCause' | 'unreachable' | 'evidence' | 'asOf'
>

const KINDS: Readonly<Record<ChangeKind, string>> = {
  deploy: 'deploy',
  config: 'config change',
  flag: 'flag change',
  migration: 'migration',
  infrastructure: 'infrastructure change',
  scale: 'scaling',
}

const MOST_CITED = 3
const MOST_REASON_WORDS = 10
const LONGEST_SOURCE = 40

/** The likely cause, how likely, and whether another comes near or people say it was not; or why none is known. */
export function causePart(facts: CauseFacts): WordedPart {
  const [leader, rival] = facts.suspects
  if (leader === undefined) return unknownPart(facts)
  const cited = facts.evidence.filter((piece) => piece.kind === 'change' && piece.data['changeId'] === leader.changeId)
  const ids = cited.length === 0 ? search(facts) : idsOf(cited)
  const isContested = rival !== undefined && rival.probability * 2 >= leader.probability
  const word = facts.isDisputed ? 'Disputed' : 'Likely'
  const sure = chance(leader.probability)
  const at = momentText(leader.at, facts.asOf)
  const rivalry = isContested ? `, next ${chance(rival.probability)}` : ''
  const usual = `${word} cause (${sure}${rivalry}): ${changeText(leader, 3)} at ${at}`
  const long = isContested
    ? [`${usual}; next ${changeText({ ...rival, revision: null }, 3)} at ${momentText(rival.at, facts.asOf)}`]
    : []
  const short = `${word} cause (${sure}): ${nameText(leader.service, 1)} ${leader.kind} at ${at}`
  const of = (text: string) => sentence(text, ids)
  return { forms: [of(short), of(usual), ...long.map(of)], usual: 1 }
}

/** `checkout deploy 7f3c21a`; of several revisions the first, and how many more there are. */
function changeText({ service, kind, revision }: Suspect, serviceWords: number): string {
  const what = `${nameText(service, serviceWords)} ${KINDS[kind]}`
  if (revision === null) return what
  const [first = '', ...others] = revision.split(',')
  const version = nameText(shortRevision(first.trim()), 1, LONGEST_SOURCE)
  return `${what} ${version}${others.length === 0 ? '' : ` and ${String(others.length)} more`}`
}

function unknownPart(facts: CauseFacts): WordedPart {
  const of = (text: string) => sentence(text, search(facts))
  if (facts.isCollecting) return { forms: [of('What changed is being looked up')], usual: 0 }
  const unknown = of('What changed is unknown')
  const why = facts.unknownCause
  if (why === null) return { forms: [unknown], usual: 0 }
  const first = cutWords(firstSentence(why), MOST_REASON_WORDS)
  const brief = of(
    withoutStop(first).replace(/^No change within (.+) before the symptom began$/, 'No change in the $1 before'),
  )
  // What stands behind the first sentence is how near the nearest comes.
  return {
    forms: [unknown, brief, ...(first === why ? [] : [of(`The cause is unknown: ${lowerFirst(why)}`)])],
    usual: 1,
  }
}

/** Whoever could not be asked may know of a change: that belongs to what is said of changes. */
export function missingPart(facts: CauseFacts): WordedPart {
  const { unreachable } = facts
  if (unreachable.length === 0) return { forms: [null], usual: 0 }
  const names = nameSome(
    unreachable.map((name) => oneLineText(name, LONGEST_SOURCE)),
    2,
  )
  const of = (text: string) => sentence(text, search(facts))
  const counted = of(`${plural(unreachable.length, 'source')} not reached`)
  return { forms: [counted, of(`Not reached: ${names}`)], usual: 1 }
}

/** Where the collector noted what it searched. */
function search(facts: CauseFacts): readonly string[] {
  return idsOf(facts.evidence.filter((piece) => piece.source === 'countersign'))
}

function idsOf(pieces: SummaryFacts['evidence']): readonly string[] {
  return pieces.slice(0, MOST_CITED).map((piece) => piece.id)
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s/u)[0] ?? text
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function sentence(text: string, evidence: readonly string[]): SummarySentence {
  return { text: `${withoutStop(text)}.`, evidence }
}
