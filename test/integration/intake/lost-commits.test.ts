import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { changeBody, fires } from './payloads.ts'
import { ingestChange } from '../../../src/orchestrator/ingest-change.ts'
import { jsonAnswer } from '../../../src/adapters/http/answers.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { openIntakeWorld } from './intake-world.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Answer, IntakeWorld } from './intake-world.ts'
import type { IncomingChange } from '../../../src/domain/change-event.ts'
import type { Stores } from '../../../src/ports/stores.ts'

/** The statement, counted from the first of the transaction, at which the connection is lost. */
let dieAt = Infinity
let owner: IntakeWorld
let replica: IntakeWorld

beforeEach(async () => {
  dieAt = Infinity
  owner = await openIntakeWorld()
  replica = await openIntakeWorld({ databaseUrl: owner.databaseUrl, stores: (stores) => dying(stores) })
})
afterEach(async () => {
  await replica.close()
  await owner.close()
})

/** Ends the session of its own transaction before the chosen call, as a kill -9 of either side would. */
function dying(stores: Stores): Stores {
  let calls = 0
  const guard = <Store extends object>(store: Store): Store =>
    Object.fromEntries(
      Object.entries(store).map(([name, call]) => [
        name,
        async (...args: unknown[]) => {
          calls += 1
          if (calls === dieAt) await killWriter()
          return (call as (...given: unknown[]) => Promise<unknown>)(...args)
        },
      ]),
    ) as Store
  return {
    ...stores,
    alerts: guard(stores.alerts),
    audit: guard(stores.audit),
    changes: guard(stores.changes),
    deliveries: guard(stores.deliveries),
    incidents: guard(stores.incidents),
    outbox: guard(stores.outbox),
    timeline: guard(stores.timeline),
  }
}

/** What was asked at the same time may still be at work: the session is ended once it waits for this call. */
function killWriter(): Promise<void> {
  return waitUntil('the session is ended', async () => (await owner.sql(KILL_WRITERS)).length > 0)
}

const KILL_WRITERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'`

async function storedRows(): Promise<number> {
  let rows = 0
  for (const table of ['deliveries', 'alerts', 'incidents', 'changes', 'timeline_entries', 'outbox_messages']) {
    rows += await owner.count(table)
  }
  return rows
}

describe.each<[string, () => Promise<Answer>, string]>([
  ['an alert', () => replica.post('/webhooks/alertmanager', fires()), 'incidents'],
  ['a change', () => replica.post('/webhooks/changes', changeBody()), 'changes'],
])('when the database goes in the middle of %s', (_name, send, table) => {
  // The second call is the first one after the delivery itself was written.
  it.each([2, 3, 4])('at call %i, the sender is told to try again, and nothing is kept', async (call) => {
    dieAt = call
    const lost = await send()
    expect(lost.status).toBe(503)
    expect(Number(lost.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await storedRows()).toBe(0)

    dieAt = Infinity
    expect(await send()).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 0 } })
    expect(await owner.count(table)).toBe(1)
  })
})

const CHANGE: IncomingChange = {
  ...{ source: 'jenkins', sourceId: '1', kind: 'deploy', service: 'checkout', environment: null, finishedAt: null },
  ...{ at: new Date(), revision: null, previous: null, actor: null, url: null, summary: null, outcome: null },
}

describe('the twin that answers before the commit', () => {
  it('tells the sender 202 for what is lost', async () => {
    const work: Promise<unknown>[] = []
    const eager = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLogger, telemetry: owner.deps.telemetry })
    eager.mount({
      method: 'POST',
      path: '/webhooks/changes',
      source: 'changes',
      authentication: { kind: 'none', why: 'a twin', who: null },
      handle: ({ body }) => {
        const delivery = { source: 'changes', key: 'k', body, changes: [CHANGE], rejected: [] }
        work.push(ingestChange(replica.deps, delivery).catch(() => 'lost'))
        return jsonAnswer(202, {})
      },
    })
    const { url } = await eager.listen()
    dieAt = 2
    const answered = await fetch(`${url}/webhooks/changes`, { method: 'POST', body: '{}' })

    expect(answered.status).toBe(202)
    expect(await Promise.all(work)).toEqual(['lost'])
    expect(await owner.count('deliveries')).toBe(0)
    await eager.close()
  })
})

describe('when there is no database', () => {
  it('every source is answered 503 with the time to wait, and good requests count afterwards', async () => {
    await owner.sql(`ALTER DATABASE ${await databaseName()} CONNECTION LIMIT 0`)
    await owner.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    const down = [
      await replica.post('/webhooks/alertmanager', fires()),
      await replica.post('/webhooks/changes', changeBody()),
    ]
    await owner.sql(`ALTER DATABASE ${await databaseName()} CONNECTION LIMIT -1`)

    expect(down.map((answer) => [answer.status, answer.headers.has('retry-after')])).toEqual([
      [503, true],
      [503, true],
    ])
    expect((await replica.post('/webhooks/alertmanager', fires())).status).toBe(202)
  })

  async function databaseName(): Promise<string> {
    const [row] = await owner.sql<{ name: string }>('SELECT quote_ident(current_database()) AS name')
    return row?.name ?? ''
  }
})
