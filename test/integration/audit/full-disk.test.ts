import { afterEach, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { canMountSmallDisks } from '../../support/full-disk/small-disk.ts'
import { openSmallDiskPostgres } from '../../support/full-disk/small-disk-postgres.ts'
import type { SmallDiskPostgres } from '../../support/full-disk/small-disk-postgres.ts'
import { describeWhen } from '../../support/skip.ts'
import { advance, endLease } from '../executor/world.ts'

const IDLE = new AbortController().signal
/** Longer than a busy machine takes; what cannot go on is not waited for. */
const LEASE_MS = 30_000
const CANNOT_GO_ON = 'the database failed in the middle of a run'
const RUNS = 30
/** Runs that could not go on: by then the disk is full in earnest. */
const ENOUGH = 3

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

/**
 * An effect may happen while a disk is full: there is room in the pages of a table and in the segments of the log that
 * were made before. What must not happen is an effect whose intent is gone after the server was killed and recovered.
 */
describeWhen(canMountSmallDisks(), 'needs root on Linux, to mount small disks', 'on a full disk', () => {
  it('of the data nothing is sent without an intent that outlives the server, and all goes on when there is room', async () => {
    const story = await play(fillData)

    expect(story.refused).toBeGreaterThan(0)
    expect(story.withoutIntent).toEqual([])
    expect(story.afterwards).toEqual({ done: RUNS, doubles: [] })
  })

  it('of the write-ahead log nothing is sent without an intent that outlives the server, and all goes on when there is room', async () => {
    const story = await play(fillLog)

    expect(story.refused).toBeGreaterThan(0)
    expect(story.withoutIntent).toEqual([])
    expect(story.afterwards).toEqual({ done: RUNS, doubles: [] })
  })

  it('of the write-ahead log the same holds where the server is set up not to wait for it', async () => {
    const story = await play(fillLog, { waits: 'not by default' })

    expect(story.withoutIntent).toEqual([])
  })

  it('of the write-ahead log effects are left without an intent where the commit does not wait for it (the twin)', async () => {
    const story = await play(fillLog, { waits: 'never' })

    expect(story.withoutIntent).not.toEqual([])
  })
})

/** A replica that cannot write gives its run back for as long as its lease holds: all of that passes when it begins to. */
function openClock() {
  let passedMs = 0
  return {
    now: () => new Date(Date.now() + passedMs),
    monotonicMs: () => performance.now() + passedMs,
    pass: (ms: number) => {
      passedMs += ms
    },
  }
}

type Fill = (postgres: SmallDiskPostgres, owner: Client) => Promise<void>

async function fillData({ data }: SmallDiskPostgres): Promise<void> {
  data.fill(LEFT_ON_DATA_BYTES)
  return Promise.resolve()
}

/** No room for another segment, and those that are there are written until nearly nothing of them is left. */
async function fillLog({ wal }: SmallDiskPostgres, owner: Client): Promise<void> {
  for (;;) {
    wal.fill()
    const { rows } = await owner.query<{ left: number }>(
      `SELECT ((SELECT count(*) FROM pg_ls_waldir() WHERE name > pg_walfile_name(pg_current_wal_insert_lsn())
                 AND name ~ '^[0-9A-F]{24}$') + 1) * 16777216
              - (pg_current_wal_insert_lsn() - '0/0'::pg_lsn) % 16777216 AS left`,
    )
    const { left } = rows[0]!
    if (left < LEFT_BYTES) return
    const size = Math.min(1_000_000, left - LEFT_BYTES / 2)
    await owner.query(`SELECT pg_logical_emit_message(false, 'ballast', repeat('x', $1::int), true)`, [size])
  }
}

const LEFT_ON_DATA_BYTES = 200_000
/** Enough for some runs to get through, and not for all. */
const LEFT_BYTES = 600_000

async function play(fill: Fill, { waits = 'always' }: { readonly waits?: 'always' | 'not by default' | 'never' } = {}) {
  const postgres = await openSmallDiskPostgres()
  opened.push(() => postgres.close())
  const target = new CountingTarget()
  await target.open()
  opened.push(() => target.close())
  const owner = await connect(postgres.ownerUrl())
  if (waits !== 'always') await owner.query(`ALTER ROLE ${userOf(postgres)} SET synchronous_commit = off`)
  const clock = openClock()
  const giveUp = (_fields: object, text: string): void => {
    if (text === CANNOT_GO_ON) clock.pass(LEASE_MS)
  }
  const opening = await openReplica({
    url: postgres.url(),
    actions: createCountingActions(target.url),
    settings: { leaseMs: LEASE_MS },
    log: { ...silentLogger, warn: giveUp },
    maxConnections: 5,
    waitsForDisk: waits !== 'never',
  })
  const replica = { ...opening, deps: { ...opening.deps, clock } }
  const runIds: string[] = []
  for (let place = 0; place < RUNS; place += 1) {
    const step = { id: 'move', uses: 'argocd/sync', resource: `full-${String(place)}` } as const
    runIds.push((await approveRun(replica.deps.unitOfWork, [step])).run.id)
  }
  await fill(postgres, owner)
  const writer = waits === 'always' ? undefined : await stopWriter(owner)

  const refused = await advanceUntilRefused(replica, target, runIds, writer === undefined ? RUNS : 3)
  await postgres.kill()
  if (writer !== undefined) process.kill(writer, 'SIGKILL')
  await owner.end().catch(() => undefined)
  await replica.close()
  const sent = target.effects.map(({ key }) => key)

  postgres.data.clear()
  postgres.wal.clear()
  await postgres.start()
  const again = await connect(postgres.ownerUrl())
  const known = await intents(again)
  const withoutIntent = sent.filter((key) => !known.includes(key))
  const afterwards = writer !== undefined ? undefined : await goOn(postgres, target, runIds)
  await again.end()
  return { refused, sent: sent.length, withoutIntent, afterwards }
}

/** How many could not go on; ends when `most` effects have happened, too. */
async function advanceUntilRefused(replica: Replica, target: CountingTarget, runIds: readonly string[], most: number) {
  let refused = 0
  for (const runId of runIds) {
    const before = target.effects.length
    await advanceRun(replica.deps, { runId }, IDLE).catch(() => undefined)
    if (target.effects.length === before) refused += 1
    if (refused >= ENOUGH || target.effects.length >= most) break
  }
  return refused
}

/** The process that writes what nobody waits for, a moment later: as slow as a busy disk makes it. */
async function stopWriter(owner: Client): Promise<number> {
  const { rows } = await owner.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
  )
  const { pid } = rows[0]!
  process.kill(pid, 'SIGSTOP')
  return pid
}

function userOf(postgres: SmallDiskPostgres): string {
  return new URL(postgres.url()).username
}

/** Keys whose intent is on the ledger and in the log. */
async function intents(owner: Client): Promise<readonly string[]> {
  const { rows } = await owner.query<{ key: string }>(
    `SELECT idempotency_key AS key FROM attempts a WHERE EXISTS (
       SELECT FROM audit_leaves WHERE event = 'step.intended' AND convert_from(bytes, 'UTF8')::jsonb ->> 'runId' = a.run_id)`,
  )
  return rows.map(({ key }) => key)
}

async function goOn(postgres: SmallDiskPostgres, target: CountingTarget, runIds: readonly string[]) {
  const replica = await openReplica({
    url: postgres.url(),
    actions: createCountingActions(target.url),
    maxConnections: 5,
  })
  opened.push(() => replica.close())
  let done = 0
  for (const runId of runIds) {
    await endLease(postgres.ownerUrl(), runId)
    if ((await advance(replica, runId)).state === 'succeeded') done += 1
  }
  return { done, doubles: target.doubles() }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}
