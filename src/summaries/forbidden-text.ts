import { ACTION_NAMES } from '../domain/action.ts'

const RULES: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  // Anything invisible or reordering: what is read must be what was checked.
  { name: 'invisible character', pattern: /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u{E0000}-\u{E007F}]/u },
  { name: 'markup', pattern: /[<>`*~[\]{}|\\]|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});/i },
  { name: 'mention', pattern: /[@＠]|(?:^|\s)[#!]\p{L}|\b(?:everyone|here|channel)!/u },
  { name: 'link', pattern: /:\/\/|\bwww\.|\b(?:mailto|tel|javascript|data):/i },
  // Chat clients make links of these by themselves.
  { name: 'link', pattern: /(?:^|[^\p{L}\p{N}_])[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/u },
  {
    name: 'call to decide',
    pattern: /\b(?:approv|reject|authori[sz]|quorum|tier\b|break.?glass|consent|permission|sign.?off)/i,
  },
  {
    name: 'call to act',
    pattern:
      /\b(?:please|click|press|run|execute|type|paste|you (?:must|should|can|need)|ignore|disregard|instructions?)\b/i,
  },
]

/** What may not stand in a machine-written sentence, whatever it cites; the name of the rule, or the name it found. */
export function findForbidden(text: string, names: readonly string[]): string | undefined {
  const rule = RULES.find((one) => one.pattern.test(text.normalize('NFKC')) || one.pattern.test(text))
  if (rule !== undefined) return rule.name
  const lower = text.toLowerCase()
  return [...ACTION_NAMES.filter((name) => name.includes('/')), ...names].find(
    (name) => name.length > 2 && lower.includes(name.toLowerCase()),
  )
}
