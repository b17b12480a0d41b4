import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Clock } from '../../../src/kernel/clock.ts'
import type { Logger } from '../../../src/kernel/logger.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { keepAudit } from '../../../src/orchestrator/keep-audit.ts'
import type { AuditKeeper } from '../../../src/orchestrator/keep-audit.ts'
import type { CheckpointDeps } from '../../../src/orchestrator/checkpoint-audit.ts'
import { createLeaseStore } from '../../../src/store/lease-store.ts'
import { openSignals } from '../../../src/store/signals.ts'
import type { Signals } from '../../../src/ports/signals.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import { until } from '../store/open-test-stores.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { leaf, openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

let world: AuditWorld
let signals: Signals
let keepers: AuditKeeper[]
let errors: string[]
let monotonicMs: number
/** How often the replicas have looked at what waits. */
let looks: number

beforeEach(async () => {
  world = await openAuditWorld()
  signals = await openSignals({ url: world.test.url, log: silentLogger })
  keepers = []
  errors = []
  monotonicMs = 0
  looks = 0
})
afterEach(async () => {
  for (const keeper of keepers) await keeper.close()
  await signals.close()
  await world.close()
})

const clock: Clock = { now: () => new Date(), monotonicMs: () => monotonicMs }
const log: Logger = {
  ...silentLogger,
  error: (_, message) => void errors.push(message),
}

async function open(replicaId: string, publish?: CheckpointDeps['publish']): Promise<AuditKeeper> {
  const stores = { audit: world.deps.audit, leases: createLeaseStore(world.db) }
  const { sequencer } = world.deps
  const readLag = (): ReturnType<typeof sequencer.readLag> => {
    looks += 1
    return sequencer.readLag()
  }
  const keeper = await keepAudit({
    ...world.deps,
    sequencer: { ...sequencer, readLag },
    stores,
    signals,
    clock,
    log,
    telemetry: silentTelemetry,
    replicaId,
    ...(publish === undefined ? {} : { publish }),
  })
  keepers.push(keeper)
  return keeper
}
/** Of which the second one began after now. */
async function twoLooks(): Promise<void> {
  const seen = looks
  await until(() => looks > seen + 2, 'looks that could have signed')
}
const size = async (): Promise<number> => (await world.deps.sequencer.readHead()).size
const covered = async (): Promise<number> => (await world.deps.checkpoints.findLast())?.size ?? 0
/** Other databases of the server hold numbers up for moments, so the clock goes on while we wait. */
const untilCovered = (entries: number): Promise<void> =>
  until(async () => {
    monotonicMs += 10_000
    return (await covered()) >= entries
  }, `the checkpoint of ${entries} entries`)
const madeSoFar = async (): Promise<number> => (await world.deps.readCheckpointLines()).length

describe('keeping the log on several replicas', () => {
  it('numbers what is written and signs it at most every ten seconds', async () => {
    await Promise.all(['one', 'two', 'three'].map((name) => open(name)))
    await untilCovered(1)
    const before = await madeSoFar()
    await world.append(10)
    await until(async () => (await size()) === 13, 'the numbers of all entries')

    expect(await madeSoFar()).toBeLessThanOrEqual(before + 1)
    await untilCovered(13)
  })

  it('signs after a thousand entries, whoever numbered them, and not before (the twin)', async () => {
    await open('one')
    await untilCovered(1)
    // The clock was put forward to get there, and stands still from now on: what that made due is signed first.
    await twoLooks()
    const before = await covered()
    const numbered = async (count: number): Promise<void> => {
      // As another replica does it, which does not sign.
      await world.deps.audit.append(Array.from({ length: count }, () => leaf()))
      await sequenceAllAudit(world.deps.sequencer, 60_000)
    }
    await numbered(900)
    await twoLooks()
    expect(await covered()).toBe(before)

    await numbered(150)
    await until(async () => (await covered()) >= before + 1_000, 'the checkpoint of a thousand entries')
  })

  it('signs what is left when it stops, its own stop with it', async () => {
    const keeper = await open('one')
    await untilCovered(1)
    await world.append(5)

    await keeper.close()

    const { rows } = await world.pool.query<{ event: string }>('SELECT event FROM audit_leaves ORDER BY id')
    expect(rows.map((row) => row.event)).toEqual([
      'audit.started',
      ...Array<string>(5).fill('note.added'),
      'audit.stopped',
    ])
    // What another database of the server holds up has no number yet, and is signed by the next one that starts.
    expect(await covered()).toBe(await size())
  })

  it('says loudly when the database is behind its checkpoint, puts it on record, and signs nothing any more', async () => {
    await world.append(5)
    const first = await open('one')
    await untilCovered(6)
    await first.close()
    const made = await madeSoFar()
    await world.tamper(
      'DELETE FROM audit_entries WHERE seq > 3',
      'DELETE FROM audit_leaves WHERE id > 3',
      "UPDATE audit_sequencer SET size = 3, last_hash = (SELECT hash FROM audit_entries WHERE seq = 3), frontier = '[]'",
    )

    const keeper = await open('two')
    await until(() => keeper.refusal !== null, 'the refusal')

    expect(keeper.refusal).toContain('entries were removed, or an old backup was restored')
    expect(errors.join()).toContain('AUDIT LOG CONTRADICTS ITS CHECKPOINT')
    expect(await madeSoFar()).toBe(made)
    const { rows } = await world.pool.query("SELECT FROM audit_leaves WHERE event = 'audit.contradicted'")
    expect(rows).toHaveLength(1)
  })

  it('knows up to where checkpoints stand in enough places, and sends the last one again until it does', async () => {
    let isReached = false
    const sent: number[] = []
    const publish = ({ size: covers }: { readonly size: number }) => {
      sent.push(covers)
      return Promise.resolve({ isEnough: isReached, failures: isReached ? [] : [new Error('no folder takes it')] })
    }
    const known = async (): Promise<number | null> => (await world.deps.sequencer.readHead()).covered
    await open('one', publish)
    await untilCovered(1)
    await until(() => {
      monotonicMs += 10_000
      return sent.length > 1
    }, 'the second try')
    expect(await known()).toBeNull()
    expect(errors.join()).toContain('not every place took it')

    isReached = true
    await until(async () => {
      monotonicMs += 10_000
      return (await known()) === (await size())
    }, 'what is known of the checkpoint')

    expect(await madeSoFar()).toBe(1)
    expect(new Set(sent)).toEqual(new Set([await size()]))
  })

  it('tells of entries that wait behind a transaction that does not end, and of nothing once it has ended', async () => {
    // By the database's clock the oldest has waited for six seconds: the alarm comes before ten are over (T40).
    const waitedLong = async (): Promise<void> => {
      await world.tamper("UPDATE audit_leaves SET at = at - interval '6 seconds' WHERE event = 'note.added'")
    }
    const alarms = (): number => errors.filter((text) => text.includes('a transaction that does not end')).length
    await open('one')
    await until(async () => (await size()) >= 1, 'the first number')
    const long = await world.pool.connect()
    await long.query('BEGIN; SELECT pg_current_xact_id()')
    await world.append(2)
    const before = await size()
    await waitedLong()
    await until(() => alarms() === 1, 'the alarm')
    expect(await size()).toBe(before)

    await long.query('COMMIT')
    long.release()
    await until(async () => (await size()) === before + 2, 'the numbers of what waited')
    await world.append(2)
    await until(async () => (await size()) === before + 4, 'the numbers of what came after')

    expect(alarms()).toBe(1)
  })

  it('tells of nothing when entries wait for moments, so it is the six seconds that it tells of', async () => {
    await open('one')
    const long = await world.pool.connect()
    await long.query('BEGIN; SELECT pg_current_xact_id()')
    await world.append(2)
    await long.query('COMMIT')
    long.release()
    await until(async () => (await size()) === 3, 'the numbers of all')

    expect(errors).toEqual([])
  })
})
