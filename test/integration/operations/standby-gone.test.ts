import { afterEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { ANA } from '../../fakes/counting-target/approved-run.ts'
import { approveThroughProduct, proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { openPostgresPair } from '../../support/postgres-pair/postgres-pair.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { advance, countIntents } from '../executor/world.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const IDLE = new AbortController().signal
const PATIENCE_MS = 60_000
const STREAMING = `SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')`

async function openStory(synchronous: boolean) {
  const pair = await openPostgresPair({ synchronous })
  opened.push(() => pair.close())
  const target = new CountingTarget()
  await target.open()
  opened.push(() => target.close())
  const replica = await openReplica({
    ...{ url: pair.url(), actions: createCountingActions(target.url), settings: { leaseMs: 3_000 } },
    ...{ maxConnections: 6, answerTimeoutMs: 3_000 },
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
