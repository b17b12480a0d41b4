import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { PATIENCE } from '../../../src/orchestrator/lookout/find-standstills.ts'
import { lookOut } from '../../../src/orchestrator/lookout/look-out.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { advance, find, openWorld, timelineTexts } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

let world: World
let owner: Client
beforeAll(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
})
afterEach(() => world.closeReplicas())
afterAll(async () => {
  await owner.end()
  await world.close()
})

const user = (): string => `"${new URL(world.database.url).username}"`

/** What keeps an intent from being put on record, and what takes it away again. */
const TROUBLES: readonly (readonly [string, () => string, () => string])[] = [
  [
    'a right is missing (42501)',
    () => `REVOKE INSERT ON attempts FROM ${user()}`,
    () => `GRANT INSERT ON attempts TO ${user()}`,
  ],
  [
    'a statement always takes too long (57014)',
    () => `CREATE FUNCTION too_long() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END $$;
           CREATE TRIGGER too_long BEFORE INSERT ON attempts FOR EACH ROW EXECUTE FUNCTION too_long()`,
    () => 'DROP TRIGGER too_long ON attempts; DROP FUNCTION too_long()',
  ],
]

describe.each(TROUBLES)('a run of which nothing can be put on record because %s', (_why, spoil, mend) => {
  it('is shown to people, is tried again more and more seldom, and goes on by itself when that is mended', async () => {
    const { replica, run } = await approved()
    await owner.query(spoil())
    try {
      const soon = await tryOnce(replica, run.id)
      const blip = await lookOut(depsOf(replica))
      await passTime(run.id)
      const seldom = await tryOnce(replica, run.id)
      const { found } = await lookOut(depsOf(replica))

      expect(blip.found).toEqual([])
      expect(found).toMatchObject([{ key: `run:${run.id}`, kind: 'run' }])
      expect(found[0]!.text).toMatch(/cannot be put on record .*countersign doctor/)
      expect(await timelineTexts(replica, run.incidentId)).toContain(found[0]!.text)
      expect(seldom).toBeGreaterThan(soon)
      expect(world.target.countOf(`${run.id}:move:main`)).toBe(0)
    } finally {
      await owner.query(mend())
    }

    await owner.query('UPDATE runs SET lease_until = NULL WHERE id = $1', [run.id])
    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(1)
    expect((await lookOut(depsOf(replica))).ended).toMatchObject([{ runId: run.id }])
    expect(await sinceWhen(run.id)).toBeNull()
  })

  it('would be tried for ever and nobody would know, where the lookout does not look at that (the twin)', async () => {
    const { replica, run } = await approved()
    await owner.query(spoil())
    try {
      for (let tries = 0; tries < 5; tries += 1) {
        await tryOnce(replica, run.id)
        await passTime(run.id)
      }
      const blind = { ...PATIENCE, unwritableMs: 1e9 }

      expect((await lookOut(depsOf(replica), blind)).found).toEqual([])
      expect((await find(replica, run.id)).state).not.toBe('unknown')
    } finally {
      await owner.query(mend())
      await owner.query(`UPDATE runs SET state = 'stopped', lease_owner = NULL WHERE id = $1`, [run.id])
    }
  })
})

/** One claim; how long it is until the next one, in milliseconds by the clock of the database. */
async function tryOnce(replica: Replica, runId: string): Promise<number> {
  await owner.query('UPDATE runs SET lease_until = NULL WHERE id = $1', [runId])
  await advanceRun(replica.deps, { runId }, new AbortController().signal)
  const { rows } = await owner.query<{ ms: number }>(
    'SELECT (extract(epoch FROM lease_until - claimed_at) * 1000)::float8 AS ms FROM runs WHERE id = $1',
    [runId],
  )
  return rows[0]!.ms
}

async function passTime(runId: string): Promise<void> {
  await owner.query(`UPDATE runs SET unwritable_since = unwritable_since - interval '3 minutes' WHERE id = $1`, [runId])
}

async function sinceWhen(runId: string): Promise<Date | null> {
  const { rows } = await owner.query<{ unwritable_since: Date | null }>(
    'SELECT unwritable_since FROM runs WHERE id = $1',
    [runId],
  )
  return rows[0]!.unwritable_since
}

let place = 0
async function approved() {
  place += 1
  const replica = await world.replica()
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { id: 'move', uses: 'argocd/sync', resource: `unwritable-${String(place)}` },
  ])
  return { replica, run }
}

function depsOf({ deps }: Replica) {
  const logDelay = () => Promise.resolve({ lagSeconds: 0, uncoveredSeconds: 0 })
  return { ...deps, logDelay, listDeadJobs: () => Promise.resolve([]) }
}
