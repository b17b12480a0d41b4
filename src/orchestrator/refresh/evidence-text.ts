import { oneLineText } from '../../kernel/clean-text.ts'
import { redactText } from '../../audit/redact.ts'

const LONGEST = 300

/** Text from outside as part of a fact: one line, no secrets, not endless. */
export function factText(text: string, longest = LONGEST): string {
  return oneLineText(redactText(text).value, longest)
}
