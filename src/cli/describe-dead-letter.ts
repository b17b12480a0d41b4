import { oneLineText } from '../kernel/clean-text.ts'
import type { DeadLetter } from '../ports/dead-letter-store.ts'

const LONGEST_REASON = 300

/** `17  slack card of INC-12, 2026-11-21 10:04 UTC`, and why below it. */
export function describeDeadLetter({ id, surface, message, reason, createdAt }: DeadLetter): readonly string[] {
  const about = message.incidentId === null ? '' : ` of ${message.incidentId}`
  const to = message.kind === 'direct' ? ` to ${message.personId}` : ''
  const at = createdAt.toISOString().slice(0, 16).replace('T', ' ')
  return [`${id}  ${surface} ${message.kind}${about}${to}, ${at} UTC`, `    ${oneLineText(reason, LONGEST_REASON)}`]
}
