import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { Checkpoint } from '../../../src/domain/audit-entry.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import { addNote } from '../../../src/orchestrator/add-note.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { createCheckpointTeller } from '../../../src/orchestrator/tell-checkpoint.ts'
import type { AuditSequencer } from '../../../src/ports/audit-sequencer.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { OpenDatabase } from '../../../src/store/database.ts'
import { ANA, openIncident } from '../../fakes/counting-target/approved-run.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import { openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

/** Which incidents hear of a checkpoint, by whichever replica makes it. */
let world: World
let database: OpenDatabase
let owner: Client
let sequencer: AuditSequencer
beforeAll(async () => {
  world = await openWorld()
  database = await openDatabase({ url: world.database.url, applicationName: 'numbers', maxConnections: 2 })
  sequencer = createAuditSequencer(database.pool, database.db)
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
})
afterEach(async () => {
  // Nothing of one test is news in the next.
  await owner.query(
    `UPDATE incidents SET state = 'resolved', resolved_at = resolved_at - interval '2 days', updated_at = now() - interval '2 days'`,
  )
  await world.closeReplicas()
})
afterAll(async () => {
  await owner.end()
  await database.close()
  await world.close()
})

const PACE = { lookEveryMs: 15_000, tellEveryMs: 300_000 }
const BY_ANA = { person: ANA, origin: 'console' } as const

async function opened() {
  const { deps } = await world.replica()
  const incidentId = await openIncident(deps.stores)
  const resolve = () => resolveIncident(deps, { incidentId, ...BY_ANA })
  return { deps, incidentId, resolve }
}

function teller(deps: Deps) {
  const clock = new FixedClock()
  const { tell } = createCheckpointTeller({ ...deps, clock }, PACE)
  return async (checkpoint: Checkpoint): Promise<void> => {
    clock.advance(PACE.lookEveryMs)
    await tell(checkpoint)
  }
}

/** Of all that is on the log now. */
async function checkpoint(): Promise<Checkpoint> {
  expect(await sequenceAllAudit(sequencer, 60_000)).toBe(0)
  const { origin, epoch, size, link, at } = await sequencer.readHead()
  return { origin, epoch, size, root: '0'.repeat(64), chain: link, at, keyId: 'key', signature: 'signature' }
}

async function linesOf(incidentId: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ text: string }>(
    `SELECT payload ->> 'text' AS text FROM outbox_messages WHERE kind = 'post' AND incident_id = $1 ORDER BY id`,
    [incidentId],
  )
  return rows.map(({ text }) => text)
}

describe('an incident that is resolved before the next checkpoint', () => {
  it('hears of the one that covers its end, once, whichever replicas look', async () => {
    const { deps, incidentId, resolve } = await opened()
    await resolve()
    const made = await checkpoint()

    const [one, two] = [teller(deps), teller(deps)]
    for (const tell of [one, one, two]) await tell(made)

    expect(await linesOf(incidentId)).toEqual([expect.stringContaining(`Audit checkpoint: ${made.size} entries`)])
  })

  it('hears nothing of one that does not cover its end yet', async () => {
    const { deps, incidentId, resolve } = await opened()
    const before = await checkpoint()
    await resolve()
    const tell = teller(deps)
    await tell(before)
    expect(await linesOf(incidentId)).toEqual([])

    await tell(await checkpoint())
    expect(await linesOf(incidentId)).toHaveLength(1)
  })

  it('hears of it also where a line was told a moment before, and whatever is said of it afterwards', async () => {
    const { deps, incidentId, resolve } = await opened()
    const tell = teller(deps)
    await addNote(deps, { incidentId, ...BY_ANA, text: 'looked' })
    await tell(await checkpoint())
    await resolve()
    await addNote(deps, { incidentId, ...BY_ANA, text: 'thanks to all' })

    await tell(await checkpoint())
    expect(await linesOf(incidentId)).toHaveLength(2)
  })

  it('hears nothing where only open ones are looked at (the twin)', async () => {
    const { deps, incidentId, resolve } = await opened()
    await resolve()
    const { incidents } = deps.stores
    const list: typeof incidents.list = async (filter) =>
      filter.resolvedWithinMs === undefined ? incidents.list(filter) : []

    await teller({ ...deps, stores: { ...deps.stores, incidents: { ...incidents, list } } })(await checkpoint())

    expect(await linesOf(incidentId)).toEqual([])
  })

  it('hears nothing any more when that was long ago', async () => {
    const { deps, incidentId, resolve } = await opened()
    await resolve()
    await owner.query(
      `UPDATE incidents SET resolved_at = now() - interval '2 days', updated_at = now() - interval '2 days'`,
    )

    await teller(deps)(await checkpoint())

    expect(await linesOf(incidentId)).toEqual([])
  })
})
