import { citedText } from './cited-text.ts'
import { findForbidden } from './forbidden-text.ts'
import {
  numbersIn,
  nameLikeTokensIn,
  numberWordsIn,
  quotedSpansIn,
  supportOf,
  tokensIn,
  turningWordsIn,
} from './claims.ts'
import type { CitedText } from './cited-text.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

export const UNGROUNDED_REASONS = [
  'no_citation',
  'unknown_evidence',
  'too_long',
  'too_many',
  'forbidden_text',
  'number',
  'name',
  'quote',
  'unsupported',
] as const
export type UngroundedReason = (typeof UNGROUNDED_REASONS)[number]

export interface Grounding {
  readonly kept: readonly SummarySentence[]
  readonly dropped: readonly { readonly text: string; readonly reason: UngroundedReason; readonly what: string }[]
}

export interface GroundingNames {
  /** Names that count as names even when they look like ordinary words: the services of the catalog. */
  readonly known: readonly string[]
  /** Names a model may not bring up at all: people, playbooks. */
  readonly forbidden: readonly string[]
}

const LONGEST_SENTENCE = 300
/** Whoever cites everything has ground for anything. */
const MOST_CITED = 6
/** How much of a sentence's own words must stand in what it cites: fewer, and it speaks of something else. */
const LEAST_SUPPORT = 0.5

/**
 * A model's sentences, kept only when what they say stands in what they cite: every cited piece exists; every number,
 * time, quote and name-like word of the sentence is in those pieces; nothing in it acts as a link, a mention, markup
 * or a call to decide something. It is strict on purpose: what is dropped costs a nicer phrase, and the facts stand.
 */
export function checkGrounding(
  sentences: readonly SummarySentence[],
  evidence: readonly Evidence[],
  names: GroundingNames = { known: [], forbidden: [] },
): Grounding {
  const kept: SummarySentence[] = []
  const dropped: Grounding['dropped'][number][] = []
  for (const sentence of sentences) {
    const fault = findFault(sentence, evidence, names)
    if (fault === undefined) kept.push({ text: sentence.text.trim(), evidence: [...new Set(sentence.evidence)] })
    else dropped.push({ text: sentence.text, ...fault })
  }
  return { kept, dropped }
}

interface Fault {
  readonly reason: UngroundedReason
  readonly what: string
}

function findFault(sentence: SummarySentence, evidence: readonly Evidence[], names: GroundingNames): Fault | undefined {
  if (sentence.evidence.length === 0) return { reason: 'no_citation', what: '' }
  const unknown = sentence.evidence.find((id) => !evidence.some((piece) => piece.id === id))
  if (unknown !== undefined) return { reason: 'unknown_evidence', what: unknown }
  if (sentence.evidence.length > MOST_CITED) return { reason: 'too_many', what: String(sentence.evidence.length) }
  const text = sentence.text.trim()
  if (text === '' || text.length > LONGEST_SENTENCE) return { reason: 'too_long', what: String(text.length) }
  const forbidden = findForbidden(text, names.forbidden)
  if (forbidden !== undefined) return { reason: 'forbidden_text', what: forbidden }
  const cited = citedText(evidence.filter((piece) => sentence.evidence.includes(piece.id)))
  return findUnsupported(text, cited, names.known)
}

function findUnsupported(text: string, cited: CitedText, known: readonly string[]): Fault | undefined {
  const number = [...numbersIn(text), ...numberWordsIn(text)].find((one) => !cited.numbers.has(one))
  if (number !== undefined) return { reason: 'number', what: number }
  const quote = quotedSpansIn(text).find((span) => !cited.raw.includes(span))
  if (quote !== undefined) return { reason: 'quote', what: quote }
  const name = [...nameLikeTokensIn(text), ...namesIn(text, known)].find((one) => !cited.tokens.has(one.toLowerCase()))
  if (name !== undefined) return { reason: 'name', what: name }
  const turn = turningWordsIn(text).find((word) => !cited.tokens.has(word))
  if (turn !== undefined) return { reason: 'unsupported', what: turn }
  return supportOf(text, cited.tokens) < LEAST_SUPPORT ? { reason: 'unsupported', what: '' } : undefined
}

/** Catalog names are often plain words: `payments` in a sentence is a claim about that service. */
function namesIn(text: string, known: readonly string[]): readonly string[] {
  const tokens = new Set(tokensIn(text).map((token) => token.toLowerCase()))
  return known.filter((name) => tokens.has(name.toLowerCase()))
}
