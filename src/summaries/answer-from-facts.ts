import { tokensIn } from './claims.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

const MOST_ANSWERS = 5
const SHORTEST_WORD = 4

/** Without a model a question is a search: the pieces that share most of its words, the best first. */
export function answerFromFacts(question: string, evidence: readonly Evidence[]): readonly SummarySentence[] {
  const asked = wordsOf(question)
  return evidence
    .map((piece) => ({
      piece,
      shared: [...wordsOf(`${piece.kind} ${piece.source} ${piece.fact}`)].filter((word) => asked.has(word)).length,
    }))
    .filter(({ shared }) => shared > 0)
    .toSorted((left, right) => right.shared - left.shared)
    .slice(0, MOST_ANSWERS)
    .map(({ piece }) => ({ text: piece.fact, evidence: [piece.id] }))
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(
    tokensIn(text)
      .map((token) => token.toLowerCase())
      .filter((token) => token.length >= SHORTEST_WORD),
  )
}
