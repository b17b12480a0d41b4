import { afterEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { checkpointAudit } from '../../../src/orchestrator/checkpoint-audit.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { sequenceAudit } from '../../../src/orchestrator/sequence-audit.ts'
import type { Checkpoint } from '../../../src/domain/audit-entry.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { createLeaseStore } from '../../../src/store/lease-store.ts'
import { ANA } from '../../fakes/counting-target/approved-run.ts'
import { approveThroughProduct, proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { openPostgresPair } from '../../support/postgres-pair/postgres-pair.ts'
import type { PostgresPair } from '../../support/postgres-pair/postgres-pair.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { advance, countIntents } from '../executor/world.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const IDLE = new AbortController().signal
const PATIENCE_MS = 60_000
const STREAMING = `SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')`

async function openStory(synchronous: boolean, waits = true) {
  const pair = await openPostgresPair({ synchronous })
  opened.push(() => pair.close())
  const target = new CountingTarget()
  await target.open()
  opened.push(() => target.close())
  const replica = await openReplica({
    ...{ url: pair.url(), actions: createCountingActions(target.url), settings: { leaseMs: 3_000 } },
    ...{ maxConnections: 6, answerTimeoutMs: 3_000, waitsForDisk: waits },
  })
  opened.push(() => replica.close())
  const { run } = await approveThroughProduct(replica.deps, [{ id: 'move', uses: 'argocd/sync', resource: 'first' }])
  const waiting = await proposeThroughProduct(replica.deps, [{ id: 'move', uses: 'argocd/sync', resource: 'second' }])
  const owner = new Client({ connectionString: pair.ownerUrl() })
  owner.on('error', () => undefined)
  await owner.connect()
  opened.push(() => owner.end().catch(() => undefined))
  return { pair, replica, run, waiting, owner, effects: () => target.countOf(`${run.id}:move:main`) }
}

/** T36: the synchronous standby is gone, and nobody promotes anything: it comes back. */
describe('while the synchronous standby is gone', () => {
  it('nothing is sent, whoever approves is told so, and all goes on by itself when it is back', async () => {
    const { pair, replica, run, waiting, owner, effects } = await openStory(true)
    pair.replication.cut()
    const advancing = advanceRun(replica.deps, { runId: run.id }, IDLE).catch(() => undefined)
    await waitUntil(
      'a commit waits for the standby',
      async () => (await owner.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'`)).rows.length > 0,
      PATIENCE_MS,
    )
    const { id: proposalId, incidentId, planHash } = waiting
    const press = { proposalId, incidentId, personId: ANA.id, decision: 'approve', planHash } as const
    const decide = () => recordDecision(replica.deps, { ...press, reason: null, origin: 'console' })

    await expect(decide()).rejects.toThrow(/database/i)
    expect(effects()).toBe(0)

    pair.replication.mend()
    await advancing
    // Its receiver tries again every few seconds, and until then commits wait for longer than an answer may take.
    await waitUntil('the standby is back', async () => (await owner.query(STREAMING)).rows.length > 0, PATIENCE_MS)
    await waitUntil('the run ends', async () => (await advance(replica, run.id)).state === 'succeeded', PATIENCE_MS)
    expect({ effects: effects(), intents: await countIntents(owner, run.id) }).toEqual({ effects: 1, intents: 1 })
    expect((await decide()).proposal.state).toBe('approved')
  }, 180_000)

  it('it is sent all the same where nobody waits for the standby (the twin)', async () => {
    const { pair, replica, run, effects } = await openStory(false)
    pair.replication.cut()

    await advance(replica, run.id)

    expect(effects()).toBe(1)
  }, 180_000)
})

/** T33, T36: PostgreSQL answers a commit whose wait was cancelled as if the standby had it. */
describe('while somebody cancels whatever waits for the standby that is gone', () => {
  it('nothing is sent, nobody is told that it stands, no checkpoint covers it, and all goes on when the standby is back', async () => {
    const { pair, replica, run, waiting, owner, effects } = await openStory(true)
    const { id: proposalId, incidentId, planHash } = waiting
    const press = { proposalId, incidentId, personId: ANA.id, decision: 'approve', planHash } as const
    const canceller = await cancelFromIntent(pair, replica, run.id)
    const told = await recordDecision(replica.deps, { ...press, reason: null, origin: 'console' }).catch(codeOf)
    const signed = await signWhatIsThere(pair.url(), true)
    await canceller.stop()

    expect(canceller.cancelled()).toBeGreaterThan(0)
    expect({ effects: effects(), told, signed }).toEqual({
      effects: 0,
      told: 'commit_unknown',
      signed: 'commit_unknown',
    })

    pair.replication.mend()
    await waitUntil('the standby is back', async () => (await owner.query(STREAMING)).rows.length > 0, PATIENCE_MS)
    await waitUntil('the run ends', async () => (await advance(replica, run.id)).state === 'succeeded', PATIENCE_MS)
    expect(effects()).toBe(1)
  }, 180_000)

  it('it is sent and signed all the same where nobody asks how the wait ended (the twin)', async () => {
    const { pair, replica, run, effects } = await openStory(true, false)
    const canceller = await cancelFromIntent(pair, replica, run.id)
    const signed = await signWhatIsThere(pair.url(), false)
    await canceller.stop()

    expect({ effects: effects(), signed }).toEqual({ effects: 1, signed: 'made' })
  }, 180_000)
})

/** Advances the run; from its intent on the standby is gone and whatever waits for it is cancelled. */
async function cancelFromIntent(pair: PostgresPair, replica: Replica, runId: string): Promise<Canceller> {
  const cancellers: Canceller[] = []
  const debugPoint = (point: string): Promise<void> => {
    if (point === 'before-intent' && cancellers.length === 0) {
      pair.replication.cut()
      cancellers.push(keepCancelling(pair.ownerUrl()))
    }
    return Promise.resolve()
  }
  await advanceRun(replica.deps, { runId }, IDLE, { debugPoint }).catch(() => undefined)
  return cancellers[0]!
}

interface Canceller {
  cancelled(): number
  stop(): Promise<void>
}

/** As whoever wants a server that hangs to go on: every commit that waits, again and again. */
function keepCancelling(ownerUrl: string): Canceller {
  let isStopped = false
  let count = 0
  const cancel = async (): Promise<void> => {
    const client = new Client({ connectionString: ownerUrl })
    await client.connect()
    while (!isStopped) {
      const { rowCount } = await client.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`,
      )
      count += rowCount ?? 0
    }
    await client.end()
  }
  const cancelling = cancel()
  return {
    cancelled: () => count,
    stop: async () => {
      isStopped = true
      await cancelling
    },
  }
}

/** Numbers what was left behind, and makes a checkpoint of it; how that ended. */
async function signWhatIsThere(url: string, waitsForDisk: boolean): Promise<string> {
  const { pool, db, close } = await openDatabase({ url, applicationName: 'signing', maxConnections: 2, waitsForDisk })
  opened.push(close)
  const sequencer = createAuditSequencer(pool, db)
  // What it numbered is there, whatever it is told.
  await sequenceAudit(sequencer).catch(() => undefined)
  const made: Checkpoint[] = []
  const result = await checkpointAudit({
    sequencer,
    checkpoints: { findLast: async () => made.at(-1), append: async (checkpoint) => void made.push(checkpoint) },
    sign: (checkpoint) => ({ ...checkpoint, keyId: '', signature: '' }),
    confirm: () => createLeaseStore(db).hold('audit-checkpoint', 'signing', 1_000),
  }).then(({ state }) => state, codeOf)
  expect(made).toHaveLength(result === 'made' ? 1 : 0)
  return result
}

/** Also where the driver's error is wrapped. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { readonly code?: string; readonly cause?: { readonly code?: string } }
  return code ?? cause?.code ?? String(error)
}
