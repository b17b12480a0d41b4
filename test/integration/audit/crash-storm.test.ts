import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { findPostmaster } from '../../../src/store/embedded/postmaster-file.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { Homes } from '../embedded-postgres/opener.ts'
import { QUICK_START } from '../../support/compile-cache.ts'
import { waitUntil } from '../../support/wait-until.ts'

/**
 * T39: kill -9 of writers, of sequencers and of PostgreSQL itself, over and over, with a quarter of all transactions
 * rolled back. The database is durable here (fsync and synchronous_commit are on), as in production.
 */
jest.setTimeout(240_000)

const PROGRAM = fileURLToPath(new URL('storm-program.ts', import.meta.url))
const ROUNDS = 9
const ENTRIES_A_ROUND = 40

const homes = new Homes()
let home: string
beforeAll(async () => {
  home = await homes.createUsed()
})
afterAll(() => homes.removeAll())

const open = () => openEmbeddedPostgres({ home, log: silentLogger })

interface Storm {
  readonly replica: ChildProcess
  readonly ended: Promise<void>
}

function startReplica(url: string, onCommitted: (entryId: string) => void): Storm {
  const { NODE_OPTIONS: _unused, ...env } = process.env
  const replica = fork(PROGRAM, [], {
    execArgv: [...QUICK_START, '--disable-warning=ExperimentalWarning'],
    env: { ...env, COUNTERSIGN_TEST_STORM: url },
    // A replica whose database is killed ends with that error; that is part of the storm.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  replica.on('message', (entryId) => onCommitted(entryId as string))
  return { replica, ended: new Promise((resolve) => replica.once('exit', () => resolve())) }
}

describe('a storm of crashes', () => {
  it('leaves no gap in the numbers, numbers each committed leaf once, and loses none that was acknowledged', async () => {
    let server = await open()
    const [url, ownerUrl] = [server.url(), server.ownerUrl()]
    await migrate({ ownerUrl, appUser: new URL(url).username })
    const committed = new Set<string>()
    let [kills, postgresKills] = [0, 0]
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = committed.size
      const storms = [1, 2].map(() => startReplica(url, (entryId) => committed.add(entryId)))
      await waitUntil(`entries of round ${round}`, () => committed.size >= before + ENTRIES_A_ROUND, 120_000)
      if (round % 3 === 2) {
        process.kill(findPostmaster(join(home, 'postgres', 'data'))!.pid, 'SIGKILL')
        postgresKills += 1
      }
      for (const { replica } of storms) replica.kill('SIGKILL')
      await Promise.all(storms.map(({ ended }) => ended))
      kills += storms.length
      if (round % 3 === 2) {
        const next = await open()
        await server.close()
        server = next
      }
    }

    const database = await openDatabase({ url, applicationName: 'storm-test', maxConnections: 2 })
    expect(await sequenceAllAudit(createAuditSequencer(database.pool, database.db), 60_000)).toBe(0)
    const { rows } = await database.pool.query<Record<string, number>>(
      `SELECT (SELECT count(*) FROM audit_leaves)::int AS leaves, (SELECT count(*) FROM audit_entries)::int AS entries,
              (SELECT count(DISTINCT leaf_id) FROM audit_entries)::int AS different, (SELECT max(seq) FROM audit_entries)::int AS highest,
              (SELECT count(*) FROM audit_entries e JOIN audit_entries p ON p.seq = e.seq - 1 WHERE e.prev_hash <> p.hash)::int AS torn,
              (SELECT count(*) FROM unnest($1::text[]) AS id WHERE id NOT IN (SELECT entry_id FROM audit_leaves))::int AS lost`,
      [[...committed]],
    )
    await database.close()
    await server.close()

    const { leaves } = rows[0]!
    expect({ kills, postgresKills }).toEqual({ kills: 2 * ROUNDS, postgresKills: ROUNDS / 3 })
    expect(leaves).toBeGreaterThanOrEqual(committed.size)
    expect(rows[0]).toEqual({ leaves, entries: leaves, different: leaves, highest: leaves, torn: 0, lost: 0 })
  })

  it('would leave gaps if the numbers came from a sequence of the database, so it is the one transaction that saves them', async () => {
    const server = await open()
    const owner = new Client({ connectionString: server.ownerUrl() })
    await owner.connect()
    await owner.query('CREATE TABLE numbered (number bigserial PRIMARY KEY)')
    const dying = new Client({ connectionString: server.ownerUrl() })
    dying.on('error', () => undefined)
    await dying.connect()
    await owner.query('INSERT INTO numbered DEFAULT VALUES')
    await dying.query('BEGIN; INSERT INTO numbered DEFAULT VALUES')
    await owner.query(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE state = 'idle in transaction'",
    )
    await owner.query('INSERT INTO numbered DEFAULT VALUES')

    const { rows } = await owner.query<{ number: string }>('SELECT number FROM numbered ORDER BY 1')

    expect(rows.map(({ number }) => Number(number))).toEqual([1, 3])
    await dying.end().catch(() => undefined)
    await owner.end()
    await server.close()
  })
})
