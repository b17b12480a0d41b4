import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { Stores } from '../../../src/ports/stores.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { ANA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { advance, countIntents, find } from '../executor/world.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'

const IDLE = new AbortController().signal
const PATIENCE_MS = 60_000

const target = new CountingTarget()
const closers: (() => Promise<void>)[] = []
beforeAll(() => target.open())
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(() => target.close())

let place = 0
async function approved(url: string, stores?: (stores: Stores) => Stores) {
  place += 1
  const actions = createCountingActions(target.url, { callTimeoutMs: 20_000 })
  const replica = await openReplica({ url, actions, maxConnections: 4, ...(stores === undefined ? {} : { stores }) })
  closers.push(() => replica.close())
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { id: 'move', uses: 'argocd/sync', resource: `unwritten-${String(place)}` },
  ])
  return { replica, run, effects: () => target.countOf(`${run.id}:move:main`) }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  closers.push(() => client.end().catch(() => undefined))
  return client
}

/** Whatever became of the run so far, the next replica may take it: the lease is over by the clock that counts. */
async function finish(replica: Replica, owner: Client, runId: string): Promise<void> {
  await waitUntil(
    'the run succeeds',
    async () => {
      await owner.query(
        `UPDATE runs SET lease_until = clock_timestamp() - interval '1 second' WHERE id = $1 AND lease_owner IS NOT NULL`,
        [runId],
      )
      return (await advance(replica, runId)).state === 'succeeded'
    },
    PATIENCE_MS,
  )
}

describe('where entries cannot be written because', () => {
  let database: TestDatabase
  let owner: Client
  beforeAll(async () => {
    database = await createTestDatabase()
    owner = new Client({ connectionString: database.ownerUrl })
    await owner.connect()
  })
  afterAll(async () => {
    await owner.end()
    await database.drop()
  })

  /** Every way in that the service's login has to the log. */
  const COLUMNS = `entry_id, event, incident_id, bytes, leaf_hash`
  const revoke = () => owner.query(`REVOKE INSERT (${COLUMNS}), INSERT ON audit_leaves FROM "${userOf(database)}"`)
  const grant = () => owner.query(`GRANT INSERT (${COLUMNS}) ON audit_leaves TO "${userOf(database)}"`)

  it('the right to is revoked, nothing is sent, and the run goes on when it is given back', async () => {
    const { replica, run, effects } = await approved(database.url)
    await revoke()
    try {
      // More often than a run may take its replica down: an outage is no fault of the run.
      for (let tries = 0; tries < 5; tries += 1) {
        await advanceRun(replica.deps, { runId: run.id }, IDLE)
        await owner.query('UPDATE runs SET lease_until = NULL WHERE id = $1', [run.id])
      }
      expect(effects()).toBe(0)
      expect(await find(replica, run.id)).toMatchObject({ detail: expect.stringMatching(/cannot be put on record/) })
    } finally {
      await grant()
    }

    await finish(replica, owner, run.id)
    expect({ effects: effects(), intents: await countIntents(owner, run.id) }).toEqual({ effects: 1, intents: 1 })
  })

  it('the right to is revoked, whoever approves is told why it does not count, and may approve again', async () => {
    const { replica } = await approved(database.url)
    const { id, incidentId, planHash } = await proposeThroughProduct(replica.deps, [
      { id: 'move', uses: 'argocd/sync', resource: 'pressed' },
    ])
    const press = { proposalId: id, incidentId, personId: ANA.id, decision: 'approve', planHash } as const
    const decide = () => recordDecision(replica.deps, { ...press, reason: null, origin: 'console' })
    await revoke()
    try {
      await expect(decide()).rejects.toThrow(/^Nothing was done, because it cannot be put on record: .* lacks a right/)
    } finally {
      await grant()
    }

    expect((await decide()).outcome).toBe('approved')
  })

  it('the right to is revoked, it is sent all the same where the intent needs no entry (the twin)', async () => {
    const careless = (stores: Stores): Stores => ({
      ...stores,
      audit: { ...stores.audit, append: () => Promise.resolve() },
      ledger: {
        ...stores.ledger,
        intend: (lease, attempt) => stores.ledger.intend(lease, attempt, null),
        move: (lease, attempt, move, _leaf, told) => stores.ledger.move(lease, attempt, move, null, told),
      },
    })
    const { replica, run, effects } = await approved(database.url, careless)
    await revoke()
    try {
      await advance(replica, run.id)
    } finally {
      await grant()
    }

    expect({ effects: effects(), intents: await countIntents(owner, run.id) }).toEqual({ effects: 1, intents: 0 })
  })

  it('the table is locked, nothing is sent until it is free', async () => {
    const { replica, run, effects } = await approved(database.url)
    await owner.query('BEGIN')
    await owner.query('LOCK TABLE audit_leaves IN ACCESS EXCLUSIVE MODE')
    const advancing = advanceRun(replica.deps, { runId: run.id }, IDLE).catch(() => undefined)
    const watcher = await connect(database.ownerUrl)
    await waitUntil('the run waits for the lock', async () => {
      const { rows } = await watcher.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = $1`,
        [replica.deps.settings.replicaId],
      )
      return rows.length > 0
    })
    expect(effects()).toBe(0)
    await owner.query('COMMIT')
    await advancing

    await finish(replica, owner, run.id)
    expect({ effects: effects(), intents: await countIntents(owner, run.id) }).toEqual({ effects: 1, intents: 1 })
  })
})

function userOf({ url }: TestDatabase): string {
  return new URL(url).username
}
