import { clockTime } from './wording.ts'
import { numberWordsIn, numbersIn, tokensIn } from './claims.ts'
import type { Evidence } from '../domain/evidence.ts'

/** What the cited pieces say, ready to be compared with. */
export interface CitedText {
  /** For quotes, byte for byte. */
  readonly raw: string
  readonly numbers: ReadonlySet<string>
  /** Lower case; of compound names also the parts. */
  readonly tokens: ReadonlySet<string>
}

/** A piece says its fact, its source, and when it was. */
export function citedText(pieces: readonly Evidence[]): CitedText {
  const raw = pieces.map((piece) => `${piece.fact}\n${piece.source}\n${timesOf(piece.at)}`).join('\n')
  const tokens = tokensIn(raw).map((token) => token.toLowerCase())
  return {
    raw,
    numbers: new Set([...numbersIn(raw), ...numberWordsIn(raw)]),
    tokens: new Set([...tokens, ...tokens.flatMap((token) => token.split(/[^\p{L}\p{N}]+/u))]),
  }
}

function timesOf(at: Date): string {
  const iso = at.toISOString()
  return `${clockTime(at)} ${iso.slice(11, 19)} ${iso.slice(0, 10)}`
}
