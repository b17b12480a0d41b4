import { placeLeaves } from '../audit/place-leaves.ts'
import type { AuditSequencer } from '../ports/audit-sequencer.ts'

const BATCH = 1_000

/** Numbers everything that can be numbered now. Answers how many; another replica at work counts as nothing to do. */
export async function sequenceAudit(sequencer: AuditSequencer): Promise<number> {
  let total = 0
  for (;;) {
    const placed = await sequencer.advance(BATCH, placeLeaves)
    total += placed ?? 0
    if (placed === undefined || placed < BATCH) return total
  }
}
