import { GLASS_VERDICTS } from '../../domain/glass-break.ts'
import { wrongUsage } from './parse-verb.ts'
import type { GlassVerdict } from '../../domain/glass-break.ts'
import type { VerbRequest } from './parse-verb.ts'

export type BreakGlassRequest =
  | { readonly kind: 'show'; readonly playbook: string; readonly reason: string }
  | {
      readonly kind: 'confirm'
      readonly proposalId: string
      readonly hashPrefix: string
      readonly reason: string
    }
  | { readonly kind: 'review'; readonly verdict: GlassVerdict; readonly text: string }

/** `<playbook> <reason>`, `<proposal> <first 8 of its hash> <reason>`, or `review justified|unjustified <text>`. */
export function parseBreakGlass(request: VerbRequest): BreakGlassRequest {
  const [first, second = '', ...others] = request.words
  if (first === undefined) throw wrongUsage('breakglass', 'The name of a playbook is missing.')
  const rest = others.join(' ')
  if (first.toLowerCase() === 'review') return parseReview(second, rest)
  if (!/^pro-\d{1,12}$/i.test(first)) return { kind: 'show', playbook: first, reason: `${second} ${rest}`.trim() }
  if (!/^[0-9a-f]{8,64}$/i.test(second)) {
    const found =
      second === '' ? 'The beginning of its hash is missing' : `"${second.slice(0, 40)}" is not the beginning of a hash`
    throw wrongUsage('breakglass', `${found}: breakglass ${first.toUpperCase()} <first 8 of its hash> <reason>.`)
  }
  return { kind: 'confirm', proposalId: first.toUpperCase(), hashPrefix: second.toLowerCase(), reason: rest }
}

function parseReview(word: string, text: string): BreakGlassRequest {
  const verdict = GLASS_VERDICTS.find((one) => one === word.toLowerCase())
  if (verdict === undefined) throw wrongUsage('breakglass', 'Say justified or unjustified, and why.')
  if (text === '') throw wrongUsage('breakglass', 'Say why it was right or not: it goes on the record.')
  return { kind: 'review', verdict, text }
}
