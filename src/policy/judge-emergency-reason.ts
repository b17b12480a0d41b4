/** Shorter than this nobody has said why. Letters and digits count; blanks and dots do not. */
const LEAST_CHARACTERS = 10

/** Why these words are no reason to run something without its quorum; undefined when they are. */
export function whyNoEmergencyReason(text: string): string | undefined {
  const said = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  if (said >= LEAST_CHARACTERS) return undefined
  const found = said === 0 ? 'A reason is missing' : 'The reason is too short'
  return `${found}: say in at least ${String(LEAST_CHARACTERS)} letters why nobody can be waited for. It goes on the record.`
}
