import { randomInt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { openChaosDatabase } from './chaos-database.ts'
import { readFaultOptions, readOnly, readOptions, readUpgradeOptions } from './chaos-config.ts'
import { playFaults } from './play-faults.ts'
import { playFrozen } from './play-frozen.ts'
import { playPoison } from './play-poison.ts'
import { playUpgrade } from './play-upgrade.ts'
import type { ChaosOptions } from './chaos-config.ts'
import type { Verdict } from './judge.ts'
import { playScenario } from './play-scenario.ts'
import { brokenPromises, table } from './report.ts'

const USAGE = `npm run chaos [-- --minutes N] [--steps N] [--kills N] [--each-point N]
  [--within MINUTES] [--replicas N] [--seed S] [--short]
npm run chaos -- --faults [--times N] [--write]
npm run chaos -- --poison [--times N]
npm run chaos -- --frozen N
npm run chaos -- --upgrade [--each-stage N] [--older REVISION]

Replicas of the executor carry out approved steps while they are killed (kill -9) and frozen (SIGSTOP), a network between
them and their target loses answers, connections to Postgres are cut every five seconds, and the primary of Postgres is
killed and its standby promoted. Then what the target saw is compared with what was approved, and the audit log with the
database. Goes on for at least so many minutes, steps and kills; --each-point kills so often at every debug point for
every class of target, and --within says after how many minutes it ends whatever is missing. Exits 1 when a promise breaks; --short takes less than a minute and a half.

--faults plays every action of a playbook with every fault of the network and of the vendor, N times each, and prints the
table of docs/faults.md, which --write writes anew. Exits 1 when a promise breaks.

--poison puts a job that ends its worker (kill -9, an error, an endless loop) among 1,000 others on three workers, and
compares how long the others take with how long they take without it.

--frozen stops replicas (SIGSTOP) N times for longer than their lease at every debug point in turn, lets another one take
over, wakes them up (SIGCONT), and counts what they then send or record.

--upgrade runs whole processes of this build and of an older one from Git's history (the one before the newest migration)
on one database, and goes from the older to the newer and back while incidents are approved, at least N in each stage.`

/** Other forms than that of everything at once; each answers how many promises broke. */
const FORMS: Readonly<Record<string, (args: readonly string[], print: (line: string) => void) => Promise<number>>> = {
  '--faults': (args, print) => playFaults(readFaultOptions(args), print),
  '--poison': (args, print) => playPoison(readOnly(args, '--poison', '--times') ?? 1, print),
  '--upgrade': (args, print) => playUpgrade(readUpgradeOptions(args), print),
  '--frozen': (args, print) => playFrozen(readOnly(args, '--frozen', '--frozen') ?? 20, print),
}

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) {
    console.log(USAGE)
    return
  }
  const startedAt = performance.now()
  const print = (line: string) => console.log(`  ${elapsed(startedAt)}  ${line}`)
  const form = Object.entries(FORMS).find(([name]) => args.includes(name))?.[1]
  if (form === undefined) await playAll(args, print)
  else if ((await form(args, print)) > 0) process.exitCode = 1
  else console.log('every promise held')
  print('done')
}

async function playAll(args: readonly string[], print: (line: string) => void): Promise<void> {
  const options = readOptions(args, () => randomInt(1, 1_000_000))
  console.log(`seed ${String(options.seed)} (play it again with --seed ${String(options.seed)})`)
  print('a primary and its synchronous standby are made')
  const database = await openChaosDatabase(options.seed)
  stopOnSignals(() => database.close())
  try {
    const chaos = await playScenario(database, { name: 'chaos', reconciles: true, options }, print)
    const control = await playScenario(
      database,
      { name: 'without reconciling', reconciles: false, options: controlOf(options) },
      print,
    )
    report(options, chaos, control, database.logFile)
  } finally {
    await database.close()
  }
}

/** The same with fewer runs: it only has to show what reconciling prevents. */
function controlOf(options: ChaosOptions): ChaosOptions {
  const isShort = options.runs < 50
  const smaller = isShort ? { runs: 10, steps: 20, kills: 2 } : { runs: 24, steps: 48, kills: 10 }
  const without = { minutes: 0, killsBetween: 0, eachPoint: 0, pauses: 0, failsOver: false }
  return { ...options, ...smaller, ...without, seed: options.seed + 10 }
}

function report(options: ChaosOptions, chaos: Verdict, control: Verdict, logFile: string): void {
  console.log(table(chaos, control))
  const broken = brokenPromises(options, chaos, control)
  if (broken.length === 0) {
    console.log('every promise held')
    return
  }
  process.exitCode = 1
  if (existsSync(logFile)) console.error(readFileSync(logFile, 'utf8').split('\n').slice(-40).map(shorten).join('\n'))
  // Last, since whoever keeps only a part of what is printed keeps the end of it.
  for (const promise of broken) console.error(`broken: ${promise}`)
}

function shorten(line: string): string {
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

/** The workers die with this process, and the watchdog then clears up; this only makes it orderly. */
function stopOnSignals(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      console.error(`stopped by ${signal}`)
      void close().finally(() => process.kill(process.pid, 'SIGKILL'))
    })
  }
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1).padStart(6)} s`
}

await main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = error instanceof Error && error.message.includes('--') ? 2 : 1
})
