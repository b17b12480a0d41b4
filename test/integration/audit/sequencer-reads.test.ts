import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { OpenDatabase } from '../../../src/store/database.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { leaf, openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

/** Enough that a planner who may choose reads the whole of it rather than an index, where a query lets it. */
const LOGGED = 10_000
const WAITING = 20
const LOOKS = 5

let world: AuditWorld
let owner: Client
beforeEach(async () => {
  world = await openAuditWorld()
  owner = new Client({ connectionString: world.test.ownerUrl })
  await owner.connect()
  for (let logged = 0; logged < LOGGED; logged += 1_000) {
    await world.deps.audit.append(Array.from({ length: 1_000 }, () => leaf()))
  }
  await sequenceAllAudit(world.deps.sequencer, 60_000)
  // What these connections read until now would else be counted later, as if the looks had read it.
  const idle = Array.from({ length: world.pool.totalCount }, () => world.pool.connect())
  for (const client of await Promise.all(idle)) {
    await client.query('SELECT pg_stat_force_next_flush()')
    client.release()
  }
})
afterEach(async () => {
  await owner.end()
  await world.close()
})

describe('a look of the sequencer into a long log', () => {
  it.each(['with the statistics of a short log', 'with its own statistics'])(
    'reads what waits, by index, %s',
    async (which) => {
      if (which === 'with its own statistics') await analyze()

      const rows = await rowsReadBy(async ({ pool, db }) => {
        const sequencer = createAuditSequencer(pool, db)
        for (let look = 0; look < LOOKS; look += 1) {
          await world.append(WAITING)
          await sequencer.readLag()
          await sequenceAllAudit(sequencer, 60_000)
        }
      })

      expect(rows.byScan).toBe(0)
      // Each waiting leaf is met by a handful of looks; what has its number is not met again.
      expect(rows.byIndex).toBeLessThan(LOGGED)
    },
  )

  it('reads the whole log where it asks for what has no number (the twin)', async () => {
    await analyze()

    const rows = await rowsReadBy(async ({ pool }) => {
      await pool.query(
        'SELECT l.id FROM audit_leaves l WHERE NOT EXISTS (SELECT FROM audit_entries e WHERE e.leaf_id = l.id) ORDER BY l.xid, l.id',
      )
    })

    expect(rows.byScan + rows.byIndex).toBeGreaterThanOrEqual(LOGGED)
  })
})

async function analyze(): Promise<void> {
  await owner.query('ANALYZE audit_leaves')
  await owner.query('ANALYZE audit_entries')
}

/** Rows of the log that a connection of its own read; it tells its counts when it is asked to. */
async function rowsReadBy(work: (database: OpenDatabase) => Promise<void>) {
  const before = await readCounters()
  const database = await openDatabase({ url: world.test.url, applicationName: 'looking', maxConnections: 1 })
  await work(database)
  await database.pool.query('SELECT pg_stat_force_next_flush()')
  await database.close()
  const after = await readCounters()
  return { byScan: after.byScan - before.byScan, byIndex: after.byIndex - before.byIndex }
}

async function readCounters(): Promise<{ readonly byScan: number; readonly byIndex: number }> {
  const { rows } = await owner.query<{ byScan: number; byIndex: number }>(
    `SELECT sum(seq_tup_read)::float8 AS "byScan", sum(idx_tup_fetch)::float8 AS "byIndex" FROM pg_stat_user_tables
      WHERE relname LIKE 'audit_leaves%' OR relname LIKE 'audit_entries%'`,
  )
  return rows[0]!
}
