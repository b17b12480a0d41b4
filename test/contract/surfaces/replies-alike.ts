import type { Reply } from '../../../src/orchestrator/index.ts'

/**
 * Ids, hashes, times and revisions differ from incident to incident and from one moment to the next; everything else
 * of an answer must be the same on every surface, byte for byte. What stands for them here is the first of its kind.
 */
export function withoutMoment(text: string): string {
  return text
    .replace(/\b7f3c\d{4}\b/g, '7f3c21a')
    .replace(/\b[0-9a-f]{64}\b/g, 'abcdef01'.repeat(8))
    .replace(/\b(PRO-\d+ |plan |hash )[0-9a-f]{8}\b/g, '$1abcdef01')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-11-21T10:04:00.000Z')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '2026-11-21 10:04 UTC')
    .replace(/\b\d\d:\d\d UTC/g, '10:04 UTC')
    .replace(/\b\d+ (?:ms|s)\b/g, '2 s')
    .replace(/\b(INC|PRO|RUN|CHG|EV|TL)-(?!9{6})\d+\b/g, '$1-1')
}

/** An answer without its moment, as one text that is compared byte for byte. */
export function describeReply(reply: Reply): string {
  const { card, ...own } = reply
  const shown = card === null ? null : { ...card, proposal: card.proposal === null ? null : decided(card.proposal) }
  return withoutMoment(JSON.stringify({ ...own, card: shown }, null, 1))
}

/** Where a decision was made is told by its surface: the one thing that may differ. */
function decided<Proposal extends { readonly decisions: readonly object[] }>(proposal: Proposal): Proposal {
  return { ...proposal, decisions: proposal.decisions.map((decision) => ({ ...decision, surface: '' })) }
}
