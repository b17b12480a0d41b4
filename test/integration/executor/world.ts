import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import type { AdvanceOptions } from '../../../src/orchestrator/advance-run.ts'
import type { Attempt, Run } from '../../../src/domain/run.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import type { Replica, ReplicaOptions } from '../../fakes/counting-target/replica.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { untilNextLookMs } from '../../support/until-next-look.ts'
import type { TestDatabase } from '../../support/postgres.ts'

/** Fast where the product is patient; nothing in it decides anything. */
export const QUICK = {
  retryBaseMs: 10,
  retryMaxMs: 50,
  lookAgainMs: 50,
  targetBusyMs: 20,
  reconcileForMs: 300,
  // A busy machine stands still for longer than the product may.
  sendWithinMs: 60_000,
  logLookMs: 20,
} as const

/** Nobody gives up unless a test says so: a busy machine takes longer than a quick lease and a quick call. */
const PATIENT = { leaseMs: 60_000 } as const
const CALL_TIMEOUT_MS = 20_000
const GIVE_UP_MS = 60_000

export interface World {
  readonly database: TestDatabase
  readonly target: CountingTarget
  /** Every test gets its own. */
  replica(options?: Partial<ReplicaOptions>): Promise<Replica>
  closeReplicas(): Promise<void>
  /** What waiting would do after its holder died: by the clock of the database, which is the one that counts. */
  endLease(runId: string): Promise<void>
  close(): Promise<void>
}

export async function openWorld(): Promise<World> {
  const database = await createTestDatabase()
  const target = new CountingTarget()
  await target.open()
  const replicas: Replica[] = []
  const closeReplicas = async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.close()))
  }
  return {
    database,
    target,
    replica: async (options = {}) => {
      const actions = createCountingActions(target.url, { callTimeoutMs: CALL_TIMEOUT_MS })
      const settings = { ...PATIENT, ...options.settings }
      const replica = await openReplica({ url: database.url, actions, maxConnections: 5, ...options, settings })
      replicas.push(replica)
      return replica
    },
    closeReplicas,
    endLease: (runId) => endLease(database.ownerUrl, runId),
    close: async () => {
      await closeReplicas()
      await target.close()
      await database.drop()
    },
  }
}

/** Follows hints until the run is over or waits for somebody: what the job engine does in the product. */
export async function advance(replica: Replica, runId: string, options: AdvanceOptions = {}): Promise<Run> {
  const idle = new AbortController().signal
  const startedAtMs = performance.now()
  for (let waitedMs = 0; waitedMs < GIVE_UP_MS; waitedMs = performance.now() - startedAtMs) {
    await advanceRun(replica.deps, { runId }, idle, { ...options, pace: { ...QUICK, ...options.pace } })
    const run = await find(replica, runId)
    const isWaiting = run.leaseOwner === null && run.leaseUntil !== null
    if (!isWaiting) return run
    await delay(untilNextLookMs(waitedMs, 5))
  }
  throw new Error(`${runId} does not come to an end.`)
}

export async function find(replica: Replica, runId: string): Promise<Run> {
  const run = await replica.deps.stores.runs.find(runId)
  if (run === undefined) throw new Error(`${runId} is gone.`)
  return run
}

function ledgerOf(replica: Replica, runId: string): Promise<readonly Attempt[]> {
  return replica.deps.stores.ledger.list(runId)
}

export async function endLease(ownerUrl: string, runId: string): Promise<void> {
  const past = `clock_timestamp() - interval '1 second'`
  await query(ownerUrl, `UPDATE runs SET lease_until = ${past} WHERE id = $1 AND lease_owner IS NOT NULL`, [runId])
}

/** One line an attempt: `step-1 main #1 done`. */
export async function ledgerLines(replica: Replica, runId: string): Promise<readonly string[]> {
  const attempts = await ledgerOf(replica, runId)
  return attempts.map((attempt) => {
    const undo = attempt.direction === 'undo' ? 'undo ' : ''
    return `${undo}${attempt.stepId} ${attempt.effect} #${String(attempt.number)} ${attempt.state}`
  })
}

/** Entries that say that an effect was intended, about one run; asked as the owner, whatever else cannot write. */
export async function countIntents(owner: Client, runId: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM audit_leaves
      WHERE event = 'step.intended' AND convert_from(bytes, 'UTF8')::jsonb ->> 'runId' = $1`,
    [runId],
  )
  return rows[0]!.count
}

/** Events of the audit log about one run, in order. */
export async function auditEvents(world: World, runId: string): Promise<readonly string[]> {
  const rows = await query<{ event: string }>(
    world.database.ownerUrl,
    `SELECT event FROM audit_leaves WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'runId' = $1 ORDER BY id`,
    [runId],
  )
  return rows.map((row) => row.event)
}

/** Details of those entries of the audit log about one run that tell of this event, in order. */
export async function detailsOf(world: World, runId: string, event: string): Promise<readonly JsonObject[]> {
  const rows = await query<{ details: JsonObject }>(
    world.database.ownerUrl,
    `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'details' AS details FROM audit_leaves
      WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'runId' = $1 AND event = $2 ORDER BY id`,
    [runId, event],
  )
  return rows.map((row) => row.details)
}

async function query<Row extends object>(
  url: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

export async function timelineTexts(replica: Replica, incidentId: string): Promise<readonly string[]> {
  const entries = await replica.deps.stores.timeline.list(incidentId, null, 200)
  return entries.map((entry) => entry.text)
}
