import { findPieces } from './find-pieces.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

const MOST_ANSWERS = 5

/** Without a model a question is a search: the pieces that hold most of its words, as they are. */
export function answerFromFacts(question: string, evidence: readonly Evidence[]): readonly SummarySentence[] {
  return findPieces(question, evidence, MOST_ANSWERS).map(({ id, fact }) => ({ text: fact, evidence: [id] }))
}
