import { afterEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { approveThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { openFaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { openPostgresPair } from '../../support/postgres-pair/postgres-pair.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { advance, endLease, find } from '../executor/world.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const PATIENCE_MS = 60_000

describe('the primary is killed with kill -9 in the middle of a run, and the standby promoted', () => {
  it('loses nothing that was acknowledged, and the run goes on to do each step once', async () => {
    const story = await failOver({ synchronous: true })

    expect(story.counts).toEqual([1, 1])
    expect(story.state).toBe('succeeded')
    expect(story.missing).toEqual([])
  })

  it('forgets what was acknowledged, and does a step twice, where the standby is not waited for (the twin)', async () => {
    const story = await failOver({ synchronous: false })

    expect(story.missing).not.toEqual([])
    expect(story.counts).toEqual([1, 2])
  })
})

/**
 * From the second intent on the standby hears nothing any more, and the primary dies before anybody notices. With a
 * synchronous standby that intent is never acknowledged, so nothing is sent; without, it is, and the promoted standby
 * has never heard of it.
 */
async function failOver({ synchronous }: { readonly synchronous: boolean }) {
  const pair = await openPostgresPair({ synchronous })
  opened.push(() => pair.close())
  const target = new CountingTarget()
  await target.open()
  opened.push(() => target.close())
  const proxy = await openFaultProxy(pair.url())
  opened.push(() => proxy.close())
  const replica = await openReplica({
    url: proxy.url,
    actions: createCountingActions(target.url),
    settings: { leaseMs: 60_000 },
    maxConnections: 5,
  })
  opened.push(() => replica.close())
  const steps = ['one', 'two'].map((id) => ({ id, uses: 'argocd/sync', resource: 'service' }) as const)
  const { run } = await approveThroughProduct(replica.deps, steps)

  let isAtSecond = false
  const advancing = advance(replica, run.id, {
    debugPoint: (point, { stepId }) => {
      if (point === 'before-intent' && stepId === 'two' && !isAtSecond) {
        isAtSecond = true
        pair.replication.cut()
      }
      return Promise.resolve()
    },
  }).catch(() => undefined)
  await waitUntil('the second step begins', () => isAtSecond, PATIENCE_MS)
  const acknowledged = await readAcknowledged(pair.ownerUrl(), run.id, synchronous)
  await pair.killPrimary()
  proxy.cut()
  await pair.promote()
  proxy.pointAt(pair.url())
  proxy.mend()
  await advancing

  await waitUntil(
    'the run ends',
    async () => {
      await endLease(pair.ownerUrl(), run.id)
      return (await advance(replica, run.id)).state === 'succeeded'
    },
    PATIENCE_MS,
  )
  const now = await readEntryIds(pair.ownerUrl())
  return {
    state: (await find(replica, run.id)).state,
    counts: ['one', 'two'].map((id) => target.countOf(`${run.id}:${id}:main`)),
    missing: acknowledged.filter((id) => !now.includes(id)),
  }
}

/** What the replica was told is durable: the first step's outcome, and the second's as well where nobody waits. */
async function readAcknowledged(ownerUrl: string, runId: string, synchronous: boolean): Promise<readonly string[]> {
  const client = new Client({ connectionString: ownerUrl })
  client.on('error', () => undefined)
  await client.connect()
  const isThere = async () => {
    const { rows } = await client.query<{ done: number; waiting: number }>(
      `SELECT (SELECT count(*)::int FROM attempts WHERE run_id = $1 AND state = 'done') AS done,
              (SELECT count(*)::int FROM pg_stat_activity WHERE wait_event = 'SyncRep') AS waiting`,
      [runId],
    )
    return synchronous ? rows[0]?.waiting !== 0 : rows[0]?.done === 2
  }
  await waitUntil('it hangs, or goes on', isThere, PATIENCE_MS)
  // A commit that waits for the standby is not visible yet: what can be read has been acknowledged.
  const ids = await readEntryIds(ownerUrl)
  await client.end()
  return ids
}

async function readEntryIds(ownerUrl: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: ownerUrl })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<{ entry_id: string }>('SELECT entry_id FROM audit_leaves')
    return rows.map((row) => row.entry_id)
  } finally {
    await client.end()
  }
}
