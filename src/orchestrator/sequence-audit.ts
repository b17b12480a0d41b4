import { setTimeout as delay } from 'node:timers/promises'
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

const PAUSE_MS = 25

/**
 * For an export: numbers until nothing waits. Answers how many leaves still wait after `patienceMs`, because some
 * transaction of the server, in whichever database, does not end.
 */
export async function sequenceAllAudit(sequencer: AuditSequencer, patienceMs: number): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    await sequenceAudit(sequencer)
    const { waiting } = await sequencer.readLag()
    if (waiting === 0 || waitedMs >= patienceMs) return waiting
    await delay(PAUSE_MS)
  }
}
