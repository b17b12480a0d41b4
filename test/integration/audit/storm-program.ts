import { randomBytes } from 'node:crypto'
import { createSealer } from '../../../src/app/create-sealer.ts'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { sequenceAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { createAuditLeafStore } from '../../../src/store/audit-leaf-store.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { runTransaction } from '../../../src/store/unit-of-work.ts'

/**
 * A replica of the crash storm: eight writers that tell of each entry once it is committed, and a sequencer that never
 * rests. Made to be killed; what the loss of the database does to it, it says by its end.
 */
const url = process.env['COUNTERSIGN_TEST_STORM'] ?? ''
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const { pool, db } = await openDatabase({ url, applicationName: 'storm', maxConnections: 12 })
const seal = createSealer({ clock: systemClock, randomBytes, replicaId: 'storm', secrets: [] })
const sequencer = createAuditSequencer(pool, db)
const record = { event: 'note.added', actor: COUNTERSIGN, origin: 'console', outcome: 'success' } as const

async function write(writer: number): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const leaf = seal(record)
    const isKept = (writer + turn) % 4 !== 0
    await runTransaction(pool, async (transaction) => {
      await createAuditLeafStore(transaction).append([leaf])
      if (!isKept) throw new RolledBack()
    }).catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error
    })
    if (isKept) process.send?.(leaf.entryId)
  }
}

class RolledBack extends Error {}

async function number(): Promise<never> {
  for (;;) {
    await sequenceAudit(sequencer)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

await Promise.all([...Array.from({ length: 8 }, (_, writer) => write(writer)), number()])
