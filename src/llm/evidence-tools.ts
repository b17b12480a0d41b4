import { fenceUntrusted } from './fence-untrusted.ts'
import { redactText } from '../audit/redact.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { ReadingTool } from '../ports/language-model.ts'
import type { UntrustedSpan } from './fence-untrusted.ts'

const MOST_FOUND = 10
/** Shorter ones stand in every text. */
const SHORTEST_WORD = 3

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
      run: (words) => show(search(evidence, words)),
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

/** Those that hold most of the words come first. */
function search(evidence: readonly Evidence[], words: string): readonly Evidence[] {
  const wanted = [...new Set(words.toLowerCase().split(/[^\p{L}\p{N}.:_/-]+/u))].filter(
    ({ length }) => length >= SHORTEST_WORD,
  )
  return evidence
    .map((piece) => {
      const text = `${piece.id} ${piece.kind} ${piece.source} ${piece.fact}`.toLowerCase()
      return { piece, hits: wanted.filter((word) => text.includes(word)).length }
    })
    .filter(({ hits }) => hits > 0)
    .toSorted((left, right) => right.hits - left.hits)
    .slice(0, MOST_FOUND)
    .map(({ piece }) => piece)
}

function show(pieces: readonly Evidence[]): string {
  return pieces.length === 0 ? 'Nothing on record.' : fenceUntrusted(pieces.map(spanOf))
}
