import { oneLineText } from '../kernel/clean-text.ts'
import { sha256Hex } from '../kernel/sha256.ts'

/** What a block holds; written into its first line, so that a prompt can speak of it. */
export type FencedKind = 'evidence' | 'question' | 'playbook'

export interface UntrustedSpan {
  readonly kind: FencedKind
  /** Ours, never text from outside. */
  readonly id: string
  readonly text: string
}

const LONGEST_SPAN = 600

/**
 * Text from outside as blocks of a prompt that cannot be closed from inside: each is one line without control, angle
 * or backtick characters, and the line that ends it carries a mark made of all the blocks' bytes, which none of them
 * can hold.
 */
export function fenceUntrusted(spans: readonly UntrustedSpan[]): string {
  const cleaned = spans.map((span) => ({ ...span, text: neutralise(span.text) }))
  const mark = sha256Hex(JSON.stringify(cleaned)).slice(0, 16)
  return cleaned
    .map((span) => `<<<${span.kind} ${span.id} ${mark}\n${span.text}\n${mark} ${span.id} ${span.kind}>>>`)
    .join('\n')
}

function neutralise(text: string): string {
  return oneLineText(text, LONGEST_SPAN).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('`', "'")
}
