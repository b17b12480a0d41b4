import { fenceUntrusted } from './fence-untrusted.ts'
import { findPieces } from '../summaries/find-pieces.ts'
import { redactText } from '../audit/redact.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { ReadingTool } from '../ports/language-model.ts'
import type { UntrustedSpan } from './fence-untrusted.ts'

const MOST_FOUND = 10

/**
 * All that a model may do before it answers a question: read what is on record of this one incident. What it is handed
 * is fenced and redacted like the rest of its prompt.
 */
export function evidenceTools(evidence: readonly Evidence[]): readonly ReadingTool[] {
  return [
    {
      name: 'search_evidence',
      description: 'Finds pieces of evidence of this incident by words: services, kinds, versions, people, times.',
      argument: 'the words, separated by spaces',
      run: (words) => show(findPieces(words, evidence, MOST_FOUND)),
    },
    {
      name: 'read_evidence',
      description: 'Reads one piece of evidence of this incident by its id.',
      argument: 'the id, as it is written',
      run: (id) => show(evidence.filter((piece) => piece.id === id.trim())),
    },
  ]
}

/** One piece as a block of a prompt. */
export function spanOf(piece: Evidence): UntrustedSpan {
  const text = redactText(`${piece.kind}, from ${piece.source}, at ${piece.at.toISOString()}: ${piece.fact}`).value
  return { kind: 'evidence', id: piece.id, text }
}

function show(pieces: readonly Evidence[]): string {
  return pieces.length === 0 ? 'Nothing on record.' : fenceUntrusted(pieces.map(spanOf))
}
