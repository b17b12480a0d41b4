import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { PATIENCE } from '../../../src/orchestrator/lookout/find-standstills.ts'
import { lookOut } from '../../../src/orchestrator/lookout/look-out.ts'
import { pageStandstills } from '../../../src/orchestrator/lookout/page-standstills.ts'
import { createEventsPager } from '../../../src/connectors/pagerduty/events-pager.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import type { DeadJob } from '../../../src/ports/job-queue.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { createStandstillStore } from '../../../src/store/standstill-store.ts'
import type { Patience } from '../../../src/ports/standstill-store.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { FakeEvents } from '../../fakes/pagerduty/fake-events.ts'
import { advance, auditEvents, openWorld, timelineTexts } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

let world: World
let owner: Client
let events: FakeEvents
beforeAll(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
})
afterEach(async () => {
  await world.closeReplicas()
  await owner.query('TRUNCATE standstills, clock_duties, leases, outbox_messages')
  await owner.query(`UPDATE runs SET state = 'stopped', lease_owner = NULL WHERE finished_at IS NULL`)
})
afterAll(async () => {
  await owner.end()
  await world.close()
})

/** Each way a run can be left, by the clock of the database; the holder is somebody who will not come back. */
const HELD = `lease_owner = 'frozen', lease_until = clock_timestamp() + interval '20 seconds'`
const WAYS = {
  'its replica is gone and no other takes it': [
    'is gone and no other has taken it',
    `UPDATE runs SET state = 'running', lease_owner = 'dead', lease_until = clock_timestamp() - interval '16 seconds' WHERE id = $1`,
  ],
  'it is due and no replica takes it': [
    'no replica takes it',
    `UPDATE runs SET lease_until = clock_timestamp() - interval '46 seconds' WHERE id = $1`,
  ],
  'its hint was lost before any replica took it': [
    'no replica takes it',
    `WITH d AS (UPDATE decisions SET at = at - interval '1 minute') UPDATE runs SET created_at = created_at - interval '1 minute' WHERE id = $1`,
  ],
  'its lease is renewed, and its step is open beyond its deadline': [
    'step step-1 is open beyond its deadline',
    `WITH a AS (${anAttempt('sent', "clock_timestamp() - interval '31 seconds'")}) UPDATE runs SET state = 'running', ${HELD}, claimed_at = clock_timestamp() WHERE id = $1`,
  ],
  'its lease is renewed, and its holder writes nothing down': [
    'writes nothing down',
    `UPDATE runs SET state = 'running', ${HELD}, claimed_at = clock_timestamp() - interval '121 seconds' WHERE id = $1`,
  ],
  'what became of a step is unknown, and its holder does not find out': [
    'holds step step-1 and writes nothing down',
    `WITH a AS (${anAttempt('unknown', "clock_timestamp() - interval '1 hour'", "clock_timestamp() - interval '181 seconds'")}) UPDATE runs SET state = 'unknown', ${HELD}, claimed_at = clock_timestamp() - interval '1 hour' WHERE id = $1`,
  ],
  'it was set aside after three crashes': [
    'stopped three times in a row',
    `UPDATE runs SET state = 'unknown', crashes = 3, lease_owner = NULL, lease_until = NULL, claimed_at = clock_timestamp() WHERE id = $1`,
  ],
} as const

describe('a run is found when', () => {
  it.each(Object.entries(WAYS))('%s', async (_why, [words, sql]) => {
    const { replica, run } = await approved()
    await owner.query(sql, [run.id])

    const { found } = await lookOut(depsOf(replica))

    expect(found).toMatchObject([{ key: `run:${run.id}`, incidentId: run.incidentId }])
    expect(found[0]!.text).toContain(words)
    expect(await timelineTexts(replica, run.incidentId)).toContain(found[0]!.text)
    expect(await auditEvents(world, run.id)).toContain('standstill.found')
    const [shown] = await replica.deps.stores.runs.listByIncident(run.incidentId)
    expect(shown!.detail).toBe(found[0]!.text)
  })

  it('and nobody would have known without the look at deadlines: such a run looks held for ever', async () => {
    const { replica, run } = await approved()
    await owner.query(WAYS['its lease is renewed, and its step is open beyond its deadline'][1], [run.id])
    const blind: Patience = { ...PATIENCE, overdueMs: 1e9 }

    expect((await lookOut(depsOf(replica), blind)).found).toEqual([])
    expect(await replica.deps.stores.runSweep.listAbandoned(1_000)).not.toContain(run.id)
  })
})

describe('a run is left alone while', () => {
  it.each([
    [
      'somebody works on it',
      `UPDATE runs SET state = 'running', ${HELD}, claimed_at = clock_timestamp() WHERE id = $1`,
    ],
    [
      'its step has time',
      `WITH a AS (${anAttempt('sent', "clock_timestamp() + interval '1 minute'")}) UPDATE runs SET state = 'waiting', ${HELD}, claimed_at = clock_timestamp() - interval '1 hour' WHERE id = $1`,
    ],
    [
      'it waits for its time',
      `UPDATE runs SET state = 'waiting', lease_until = clock_timestamp() + interval '1 hour', created_at = created_at - interval '2 hours' WHERE id = $1`,
    ],
    [
      'it waits for a person',
      `UPDATE runs SET state = 'unknown', claimed_at = clock_timestamp() - interval '1 hour' WHERE id = $1`,
    ],
    [
      'its approval was withdrawn',
      `WITH p AS (UPDATE proposals SET state = 'pending' WHERE id = (SELECT proposal_id FROM runs WHERE id = $1)) UPDATE runs SET created_at = created_at - interval '2 hours' WHERE id = $1`,
    ],
  ])('%s', async (_why, sql) => {
    const { replica, run } = await approved()
    await owner.query(sql, [run.id])

    expect((await lookOut(depsOf(replica))).found).toEqual([])
  })

  it('it has ended, and its end is told once', async () => {
    const { replica, run } = await approved()
    await owner.query(WAYS['it is due and no replica takes it'][1], [run.id])
    await lookOut(depsOf(replica))
    expect((await lookOut(depsOf(replica))).found).toEqual([])

    expect((await advance(replica, run.id)).state).toBe('succeeded')
    const { ended } = await lookOut(depsOf(replica))

    expect(ended).toMatchObject([{ key: `run:${run.id}` }])
    expect(await lookOut(depsOf(replica))).toEqual({ found: [], ended: [] })
    expect((await timelineTexts(replica, run.incidentId)).filter((text) => text.includes('stands still'))).toHaveLength(
      2,
    )
  })
})

describe('besides runs it finds', () => {
  it('messages that nobody sends, and not those whose deliverer lives', async () => {
    const { replica, run } = await approved()
    const message = (surface: string) =>
      owner.query(
        `INSERT INTO outbox_messages (surface, kind, incident_id, priority, payload, created_at, not_before)
         VALUES ($1, 'thread', $2, 1, '{}', clock_timestamp() - interval '1 minute', clock_timestamp() - interval '46 seconds')`,
        [surface, run.incidentId],
      )
    await message('slack')
    await message('teams')
    await replica.deps.stores.leases.hold('outbox teams', 'alive', 60_000)

    const { found } = await lookOut(depsOf(replica))

    expect(found.map(({ key }) => key)).toEqual(['delivery:slack'])
  })

  it('a clock that does not tick, and a duty that is set aside', async () => {
    const { replica } = await approved()
    await owner.query(
      `INSERT INTO clock_duties (name, begun, begun_at) VALUES ('sweep runs', 4, clock_timestamp() - interval '46 seconds')`,
    )

    const { found } = await lookOut(depsOf(replica))

    expect(found.map(({ key }) => key).sort()).toEqual(['duty:*', 'duty:sweep runs'])
  })

  it.each([
    ['numbers', { lagSeconds: 181, uncoveredSeconds: 0 }, /its entries have had no numbers for 3 min/],
    ['checkpoints', { lagSeconds: 0, uncoveredSeconds: 181 }, /its checkpoints have reached too few places for 3 min/],
  ])('an audit log without %s, and not at once what a service that starts has left', async (what, delay, says) => {
    const { replica } = await approved()
    const deps = { ...depsOf(replica), logDelay: () => Promise.resolve(delay) }

    expect((await lookOut(deps, PATIENCE, true)).found).toEqual([])
    const { found } = await lookOut(deps)
    expect(found).toMatchObject([{ kind: 'log', key: `log:${what}`, text: expect.stringMatching(says) as unknown }])

    // Whoever takes over the lookout does not take it for ended.
    expect(await lookOut(deps, PATIENCE, true)).toEqual({ found: [], ended: [] })
    expect((await lookOut(depsOf(replica))).ended).toMatchObject([{ key: `log:${what}` }])
  })

  it('a job that was given up, and no hint at a row that is looked at by itself', async () => {
    const { replica, run } = await approved()
    const job = (id: string, queue: string): DeadJob => ({
      ...{ id, queue, failure: '{"message":"no"}', since: new Date() },
      data: { incidentId: run.incidentId },
    })
    const deps = {
      ...depsOf(replica),
      listDeadJobs: async () => [job('1', 'incident.refresh'), job('2', 'run.advance')],
    }

    expect((await lookOut(deps)).found.map(({ key }) => key)).toEqual(['job:1'])
  })
})

describe('whoever is on duty', () => {
  it('is paged once through PagerDuty, again until it is taken, and told when it is over', async () => {
    events = new FakeEvents()
    await events.server.listen()
    try {
      const { replica, run } = await approved()
      await owner.query(WAYS['it is due and no replica takes it'][1], [run.id])
      await lookOut(depsOf(replica))
      const pager = createEventsPager({ eventsUrl: events.server.url, routingKey: events.routingKey })
      const page = () => pageStandstills(replica.deps.stores, pager, null)
      events.server.inject({ kind: 'effect-then-502' })

      await expect(page()).rejects.toThrow('PagerDuty')
      await page()
      await page()

      expect(events.open.size).toBe(1)
      expect([...events.open.values()][0]).toContain(`${run.id} stands still`)
      expect(events.events.map(({ event_action: action }) => action)).toEqual(['trigger', 'trigger'])
      await advance(replica, run.id)
      await lookOut(depsOf(replica))
      await page()
      expect(events.open.size).toBe(0)
    } finally {
      await events.server.close()
    }
  })
})

it('looks at what is active alone, by index, however long the history is', async () => {
  await approved()
  await owner.query(`
    WITH many AS (
      INSERT INTO proposals
      SELECT (jsonb_populate_record(NULL::proposals, to_jsonb(p) || jsonb_build_object('id', 'OLD-' || n, 'closed_at', now()))).*
        FROM (SELECT * FROM proposals LIMIT 1) p, generate_series(1, 20000) n RETURNING id, incident_id)
    INSERT INTO runs (id, incident_id, proposal_id, state, finished_at)
    SELECT 'RUN-' || id, incident_id, id, 'succeeded', clock_timestamp() FROM many`)
  await owner.query('ANALYZE')
  const database = await openDatabase({ url: world.database.url, applicationName: 'looks', maxConnections: 1 })
  try {
    await database.pool.query('BEGIN')
    await createStandstillStore(database.db).listRuns(PATIENCE)
    // Of this transaction alone, which is on the one connection of this pool.
    const { rows } = await database.pool.query<{ read: number }>(
      `SELECT seq_tup_read::int AS read FROM pg_stat_xact_user_tables WHERE relname = 'runs'`,
    )
    await database.pool.query('ROLLBACK')

    expect(rows[0]!.read).toBe(0)
  } finally {
    await database.close()
  }
})

function anAttempt(state: string, deadline: string, finished = 'NULL'): string {
  return `INSERT INTO attempts (run_id, step_id, step_index, direction, effect, number, uses, crash_class, state,
                                idempotency_key, fence, request_hash, deadline_at, intended_at, finished_at)
          VALUES ($1, 'step-1', 0, 'forward', 'main', 1, 'argocd/sync', 'queryable', '${state}', 'key', 1, 'hash',
                  ${deadline}, ${deadline} - interval '5 minutes', ${finished})`
}

function depsOf(replica: Replica) {
  return {
    ...replica.deps,
    log: silentLogger,
    listDeadJobs: () => Promise.resolve<readonly DeadJob[]>([]),
    // Nobody numbers the log here, however long these tests take.
    logDelay: () => Promise.resolve({ lagSeconds: 0, uncoveredSeconds: 0 }),
  }
}

let place = 0
async function approved() {
  place += 1
  const replica = await world.replica()
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { uses: 'argocd/sync', resource: `left-${String(place)}` },
  ])
  return { replica, run }
}
