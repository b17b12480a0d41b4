import { join } from 'node:path'
import { Client } from 'pg'
import { silentLogger } from '../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { migrate } from '../src/store/migrate.ts'
import { openReplica } from './audit/open-replica.ts'
import { countLog, createPlainTable, lagsOf, untilNumbered } from './audit/log-tables.ts'
import { openWorkplace } from './support/workplace.ts'
import { spreadOf } from './support/percentiles.ts'
import { monotonicMs } from './support/monotonic.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import type { BenchReplica } from './audit/open-replica.ts'
import type { Order } from './audit/orders.ts'

const GOAL_PER_SECOND = 2_000
/** Of what the same connections append to a bare table in the same run. */
const GOAL_SHARE = 0.5
const LAG_BELOW_MS = 2_000
const ALARM_BELOW_S = 10
const WARM_UP_SECONDS = 2
const WRITERS = [32, 64]
/** Longer than the alarm may take: it fires while the transaction is open, or not at all. */
const OPEN_SECONDS = 12
const WRITERS_BESIDE_IT = 4

interface World {
  readonly owner: Client
  readonly replicas: readonly BenchReplica[]
}

/**
 * How many entries a second the application makes durable, one transaction each, with numbering and checkpoints running
 * in the same processes, beside how many rows the same connections put into a bare table. The two take turns, first one
 * first and then the other, so that neither gets the quieter moment.
 */
export const auditBench: Benchmark = {
  name: 'audit',
  summary: 'entries a second through the application, beside a plain append, and how late their numbers are',
  async run(options, print) {
    const workplace = openWorkplace()
    const postgres = await openEmbeddedPostgres({ home: workplace.dataFolder, log: silentLogger })
    const owner = new Client({ connectionString: postgres.ownerUrl() })
    try {
      const appUser = new URL(postgres.url()).username
      await migrate({ ownerUrl: postgres.ownerUrl(), appUser })
      await owner.connect()
      await createPlainTable(owner, appUser)
      const replicas: BenchReplica[] = []
      for (let number = 1; number <= options.replicas; number += 1) {
        const [replicaId, checkpointFolder] = [`r-${String(number)}`, join(workplace.folder, 'checkpoints')]
        replicas.push(await openReplica(workplace, { url: postgres.url(), replicaId, checkpointFolder }))
      }
      const world = { owner, replicas }
      for (const way of ['plain', 'audited'] as const) await writeOn(world, way, 32, WARM_UP_SECONDS)
      const figures: Figure[] = []
      for (const writers of WRITERS) figures.push(...(await measure(world, writers, options.seconds, print)))
      figures.push(...(await measureAlarm(world, print)))
      const { leaves, numbered, highest } = await countLog(owner)
      return [
        ...figures,
        {
          name: 'entries without a number, or numbers left out',
          value: leaves + highest - 2 * numbered,
          unit: '',
          exactly: 0,
        },
      ]
    } finally {
      await owner.end()
      // The folder goes last: a server that shuts down writes its files once more.
      await postgres.close()
      await workplace.close()
    }
  },
}

/** Two turns of each way, the second time in reverse. */
const TURNS = ['plain', 'audited', 'single', 'single', 'audited', 'plain'] as const

async function measure(
  world: World,
  writers: number,
  seconds: number,
  print: (line: string) => void,
): Promise<readonly Figure[]> {
  const rates: Record<Order['way'], number[]> = { plain: [], audited: [], single: [] }
  const lags: number[] = []
  for (const way of TURNS) {
    await untilNumbered(world.owner)
    const before = await countLog(world.owner)
    const { rate, busy } = await writeOn(world, way, writers, seconds / TURNS.length)
    rates[way].push(rate)
    const after = await countLog(world.owner)
    print(`${writers} writers, ${way}: ${rate.toFixed(0)}/s, ${busy}`)
    if (way !== 'audited') continue
    await untilNumbered(world.owner)
    const [written, numbered] = [after.leaves - before.leaves, after.numbered - before.numbered]
    print(`  of ${written} entries ${numbered} had their number when the last was written`)
    lags.push(...(await lagsOf(world.owner, before.highest, (await countLog(world.owner)).highest)))
  }
  const [audited, plain, single] = [meanOf(rates.audited), meanOf(rates.plain), meanOf(rates.single)]
  const { p50, p99, max } = spreadOf(lags)
  const named = (name: string): string => `${writers} writers: ${name}`
  return [
    { name: named('audited entries'), value: audited, unit: '/s', atLeast: GOAL_PER_SECOND },
    { name: named('plain append, in a transaction as well'), value: plain, unit: '/s' },
    { name: named('share of that'), value: audited / plain, unit: '', atLeast: GOAL_SHARE },
    { name: named('plain append, one statement by itself'), value: single, unit: '/s' },
    { name: named('share of that'), value: audited / single, unit: '' },
    { name: named('time until the number, p50'), value: p50, unit: 'ms' },
    { name: named('time until the number, p99'), value: p99, unit: 'ms', below: LAG_BELOW_MS },
    { name: named('time until the number, max'), value: max, unit: 'ms' },
  ]
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

async function writeOn({ replicas }: World, way: Order['way'], writers: number, seconds: number) {
  const each = Math.ceil(writers / replicas.length)
  const written = await Promise.all(replicas.map((replica) => replica.write({ way, writers: each, seconds })))
  const rate = written.reduce((sum, one) => sum + one.entries / one.seconds, 0)
  const shares = written.map((one) => `${((one.processorMs / one.seconds / 1000) * 100).toFixed(0)} %`)
  return { rate, busy: `the replicas' processors at ${shares.join(' and ')}` }
}

/** A transaction that does not end holds up all numbers: how long until the log says so, and until all is made up for. */
async function measureAlarm({ owner, replicas }: World, print: (line: string) => void): Promise<readonly Figure[]> {
  await untilNumbered(owner)
  await owner.query('BEGIN; SELECT pg_current_xact_id()')
  const openedAt = monotonicMs()
  const order = { way: 'audited', writers: WRITERS_BESIDE_IT, seconds: OPEN_SECONDS } as const
  const written = await Promise.all(replicas.map((replica) => replica.write(order)))
  await owner.query('COMMIT')
  const endedAt = monotonicMs()
  await untilNumbered(owner)
  const recoveredMs = monotonicMs() - endedAt
  const entries = written.reduce((sum, one) => sum + one.entries, 0)
  print(`a transaction was open for ${OPEN_SECONDS} s: ${entries} entries waited`)
  // The alarm of whichever replica said it first.
  const alarms = replicas.map(({ alarmAt }) => alarmAt).filter((at) => at !== null && at >= openedAt && at <= endedAt)
  const first = alarms.length === 0 ? Number.NaN : Math.min(...alarms.map(Number))
  return [
    {
      name: 'long transaction: time until the alarm',
      value: (first - openedAt) / 1000,
      unit: 's',
      below: ALARM_BELOW_S,
    },
    { name: 'long transaction: until all that waited has its number', value: recoveredMs, unit: 'ms' },
  ]
}
