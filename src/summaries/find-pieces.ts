import { tokensIn } from './claims.ts'
import type { Evidence } from '../domain/evidence.ts'

/** Shorter ones stand in every text. */
const SHORTEST_WORD = 3
/** So much of a word is enough to know it by: `deploys` finds `deploy`. */
const SHORTEST_STEM = 4
/** Words that ask, and say nothing of what is asked about. */
const ASKING = new Set(
  `the and for was were are has had have did does not its who why how what when where which that this with from`.split(
    ' ',
  ),
)

/**
 * The one search through an incident's record, for people's questions and for a model's: the pieces that hold most of
 * the words, the best first, none that holds none of them.
 */
export function findPieces(words: string, evidence: readonly Evidence[], most: number): readonly Evidence[] {
  const wanted = [...wordsOf(words)].filter((word) => word.length >= SHORTEST_WORD && !ASKING.has(word))
  return evidence
    .map((piece) => {
      const held = [...wordsOf(`${piece.id} ${piece.kind} ${piece.source} ${piece.fact}`)]
      return { piece, hits: wanted.filter((word) => held.some((one) => isSame(one, word))).length }
    })
    .filter(({ hits }) => hits > 0)
    .toSorted((left, right) => right.hits - left.hits)
    .slice(0, most)
    .map(({ piece }) => piece)
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(tokensIn(text).map((token) => token.toLowerCase()))
}

function isSame(held: string, wanted: string): boolean {
  return held.startsWith(wanted) || (held.length >= SHORTEST_STEM && wanted.startsWith(held))
}
