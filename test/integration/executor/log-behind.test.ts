import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import { describeNext } from '../../../src/domain/describe-next.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import type { AuditSequencer } from '../../../src/ports/audit-sequencer.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { OpenDatabase } from '../../../src/store/database.ts'
import { ANA, BEN, approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { StepSpec } from '../../fakes/counting-target/approved-run.ts'
import type { Replica, ReplicaOptions } from '../../fakes/counting-target/replica.ts'
import { look, nestedRun, pressStep } from './nested-world.ts'
import { QUICK, advance, auditEvents, find, openWorld, timelineTexts } from './world.ts'
import type { World } from './world.ts'

/**
 * TRUST section 4: with the log behind for longer than it may be, a step of high risk waits and nothing else does. It is
 * behind by the database's clock: what waits for its number, or for a checkpoint, is older than it may be.
 */
let world: World
let database: OpenDatabase
let sequencer: AuditSequencer
/** A superuser's session in which no trigger protects the log. */
let tamperer: Client
beforeAll(async () => {
  world = await openWorld()
  database = await openDatabase({ url: world.database.url, applicationName: 'numbers', maxConnections: 2 })
  sequencer = createAuditSequencer(database.pool, database.db)
  tamperer = new Client({ connectionString: world.database.ownerUrl })
  await tamperer.connect()
  await tamperer.query('SET session_replication_role = replica')
})
afterEach(async () => {
  await catchUp()
  await world.closeReplicas()
})
afterAll(async () => {
  await tamperer.end()
  await database.close()
  await world.close()
})

const LIMITED: Partial<ReplicaOptions> = { settings: { logDelayMs: 900_000 } }

/** What waits when this returns is sixteen minutes old. */
type FallBehind = (replica: Replica) => Promise<void>

const WITHOUT_NUMBERS: FallBehind = async ({ deps }) => {
  const record = { event: 'note.added', actor: COUNTERSIGN, origin: 'clock', outcome: 'success' } as const
  await deps.stores.audit.append([deps.seal(record)])
  await tamperer.query(`UPDATE audit_leaves SET at = at - interval '16 minutes' WHERE event = 'note.added'`)
}

const WITHOUT_CHECKPOINTS: FallBehind = async (replica) => {
  await WITHOUT_NUMBERS(replica)
  await numberAll()
  const { size } = await sequencer.readHead()
  await sequencer.noteCovered(size - 1)
  await tamperer.query(`UPDATE audit_entries SET leaf_at = leaf_at - interval '16 minutes' WHERE seq = $1`, [size])
}

async function numberAll(): Promise<void> {
  expect(await sequenceAllAudit(sequencer, 60_000)).toBe(0)
}

/** All has its number, and a checkpoint over all of it stands in enough places. */
async function catchUp(): Promise<void> {
  await numberAll()
  await sequencer.noteCovered((await sequencer.readHead()).size)
}

const WAYS: readonly (readonly [what: string, fallBehind: FallBehind, says: RegExp])[] = [
  ['numbers', WITHOUT_NUMBERS, /its entries have had no numbers for too long.*pg_stat_activity/],
  ['checkpoints', WITHOUT_CHECKPOINTS, /its checkpoints have reached too few places for too long.*audit\.copies/],
]

let places = 0
const place = (): string => `behind-${String((places += 1))}`
const sync = (id: string, resource = place()): StepSpec => ({
  ...{ id, uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' },
})

async function approved(steps: readonly StepSpec[], options: Partial<ReplicaOptions> = {}, tier: 2 | 3 = 3) {
  const replica = await world.replica({ ...LIMITED, ...options })
  const { run } = await approveRun(replica.deps.unitOfWork, steps, { plan: { tier }, approvers: [ANA, BEN] })
  const effects = () => steps.map(({ id = '' }) => world.target.countOf(`${run.id}:${id}:main`))
  const waits = async () =>
    (await timelineTexts(replica, run.incidentId)).filter((text) => text.startsWith(`${run.id} waits before step`))
  return { replica, run, effects, waits }
}

/** The first effect is on record, and then something happens. */
async function afterFirst(replica: Replica, runId: string, happens: () => Promise<void>): Promise<void> {
  await advanceRun(replica.deps, { runId }, new AbortController().signal, {
    pace: QUICK,
    debugPoint: async (point, { stepId }) => {
      if (point === 'after-record' && stepId === 'first') await happens()
    },
  })
}

describe.each(WAYS)('a run of tier 3 while the log has had no %s for too long', (_what, fallBehind, says) => {
  it('sends nothing, says once why, keeps no target, and goes on by itself', async () => {
    const resource = place()
    const { replica, run, effects, waits } = await approved([sync('move', resource)])
    await fallBehind(replica)

    for (let looks = 0; looks < 3; looks += 1) await look(replica, run.id)

    expect(effects()).toEqual([0])
    expect(await find(replica, run.id)).toMatchObject({ state: 'queued', leaseOwner: null, startedAt: null })
    expect(await waits()).toEqual([expect.stringMatching(says)])
    const view = await loadIncidentView(replica.deps, run.incidentId)
    expect(view?.run?.detail).toMatch(says)
    expect(view === undefined ? '' : describeNext(view)?.text).toContain('waits until the audit log has caught up')
    const other = await approved([sync('move', resource)], {}, 2)
    expect((await advance(other.replica, other.run.id)).state).toBe('succeeded')

    await catchUp()
    world.target.revisions.set(resource, 'r0')
    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(effects()).toEqual([1])
    expect(await auditEvents(world, run.id)).toEqual([
      ...['run.delayed', 'run.started', 'step.intended', 'step.sent', 'step.succeeded', 'run.succeeded'],
    ])
  })

  it('waits between two steps with what it has done kept, and says when it goes on', async () => {
    const { replica, run, effects, waits } = await approved([sync('first'), sync('second')])
    await afterFirst(replica, run.id, () => fallBehind(replica))

    await look(replica, run.id)

    expect(effects()).toEqual([1, 0])
    expect(await find(replica, run.id)).toMatchObject({ state: 'waiting', detail: expect.stringMatching(says) })
    expect(await waits()).toHaveLength(1)

    await catchUp()
    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(effects()).toEqual([1, 1])
    expect(await timelineTexts(replica, run.incidentId)).toContain(`${run.id} goes on: the audit log has caught up.`)
  })

  it('sends it all the same where the log may be behind for any time (the twin)', async () => {
    const { replica, run, effects } = await approved([sync('move')], { settings: { logDelayMs: Infinity } })
    await fallBehind(replica)

    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(effects()).toEqual([1])
  })
})

describe('while the log is behind', () => {
  it('a run of tier 2 goes on', async () => {
    const { replica, run, effects } = await approved([sync('move')], {}, 2)
    await WITHOUT_NUMBERS(replica)

    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(effects()).toEqual([1])
  })

  it('what has been sent is followed to its end, checks with it', async () => {
    const check: StepSpec = { id: 'healthy', uses: 'prometheus/assert' }
    const { replica, run } = await approved([sync('first'), check])
    await afterFirst(replica, run.id, () => WITHOUT_NUMBERS(replica))

    expect((await advance(replica, run.id)).state).toBe('succeeded')
  })

  it('a run that waits is stopped by whoever stops it', async () => {
    const { replica, run, effects } = await approved([sync('first'), sync('second')])
    await afterFirst(replica, run.id, () => WITHOUT_NUMBERS(replica))
    await look(replica, run.id)

    await replica.deps.stores.runs.requestStop(run.id, ANA.id, 'not now')
    await look(replica, run.id)

    expect(await find(replica, run.id)).toMatchObject({ state: 'stopped', detail: expect.stringContaining('not now') })
    expect(effects()).toEqual([1, 0])
  })

  it('an undo of high risk waits as well, and is done when the log has caught up', async () => {
    const { replica, run } = await approved([sync('first'), sync('second')])
    await afterFirst(replica, run.id, async () => {
      await replica.deps.stores.runs.requestStop(run.id, ANA.id, 'not now')
    })
    expect((await find(replica, run.id)).state).toBe('stopped')
    await WITHOUT_NUMBERS(replica)
    await replica.deps.stores.runControl.startUndo(run.id, { by: ANA.id, from: 'console' })

    await look(replica, run.id)
    expect(world.target.countOf(`${run.id}:undo.first:main`)).toBe(0)

    await catchUp()
    expect((await advance(replica, run.id)).state).toBe('undone')
    expect(world.target.countOf(`${run.id}:undo.first:main`)).toBe(1)
  })

  it('nobody is asked for an approval of high risk within a plan, and is where the tier is lower (the twin)', async () => {
    const replica = await world.replica(LIMITED)
    const [high, low] = await Promise.all(
      [3, 2].map((tier) => nestedRun(replica, (key) => world.target.countOf(key), { tier, isFirst: true })),
    )
    await WITHOUT_NUMBERS(replica)

    for (const { run } of [high!, low!]) await look(replica, run.id)

    expect(await replica.deps.stores.stepApprovals.list(high!.run.id)).toEqual([])
    expect(await replica.deps.stores.stepApprovals.list(low!.run.id)).toHaveLength(1)
  })

  it('who was asked before approves none of high risk, and does where the log may be behind (the twin)', async () => {
    const replica = await world.replica(LIMITED)
    const nested = await nestedRun(replica, (key) => world.target.countOf(key), { tier: 3, isFirst: true })
    await look(replica, nested.run.id)
    await WITHOUT_NUMBERS(replica)

    expect(await pressStep(replica, nested, BEN)).toBe('log_behind')
    const careless = { deps: { ...replica.deps, settings: { ...replica.deps.settings, logDelayMs: Infinity } } }
    expect(await pressStep({ ...replica, ...careless }, nested, BEN)).toBe('counted')
  })
})
