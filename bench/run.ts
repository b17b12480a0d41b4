import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { describeMachine } from './support/machine.ts'
import { isMissed } from './benchmark.ts'
import { approveBench } from './approve-bench.ts'
import { auditBench } from './audit-bench.ts'
import { cardBench } from './card-bench.ts'
import { executeBench } from './execute-bench.ts'
import { startBench } from './start-bench.ts'
import type { Benchmark, Figure, Options } from './benchmark.ts'
import type { Machine } from './support/machine.ts'

const BENCHMARKS: readonly Benchmark[] = [cardBench, approveBench, startBench, auditBench, executeBench]

const USAGE = `npm run bench -- NAME [--json] [--seconds N] [--rate N] [--proposals N] [--starts N] [--idle-seconds N] [--replicas N]
  [--steps N]

Measures the real product in processes of its own, on loopback, with a durable database in a temporary folder.
Exits 1 when a goal is missed.

${BENCHMARKS.map(({ name, summary }) => `  ${name.padEnd(8)}  ${summary}`).join('\n')}

  --list    the names alone        --json    one JSON object instead of lines`

class WrongUsage extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  if (values.help) {
    console.log(USAGE)
    return
  }
  if (values.list) {
    for (const { name } of BENCHMARKS) console.log(name)
    return
  }
  const benchmark = BENCHMARKS.find(({ name }) => name === positionals[0])
  if (benchmark === undefined || positionals.length > 1) throw new WrongUsage(USAGE)
  const machine = describeMachine()
  const print = (line: string) => console.error(`  ${line}`)
  const figures = await benchmark.run(optionsOf(values), print)
  report(benchmark, machine, figures, values.json)
  if (figures.some(isMissed)) process.exitCode = 1
}

function readArguments() {
  const count = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ...{ help: flag, list: flag, json: flag },
        ...{
          seconds: count,
          rate: count,
          proposals: count,
          starts: count,
          'idle-seconds': count,
          replicas: count,
          steps: count,
        },
      },
    })
  } catch (error) {
    throw new WrongUsage(`${error instanceof Error ? error.message : ''}\n\n${USAGE}`)
  }
}

function optionsOf(values: Readonly<Record<string, string | boolean | undefined>>): Options {
  const read = (name: string, fallback: number): number => {
    const given = values[name]
    if (given === undefined) return fallback
    const value = Number(given)
    if (Number.isFinite(value) && value > 0) return value
    throw new WrongUsage(`--${name} is a number above zero; found "${String(given)}".`)
  }
  return {
    seconds: read('seconds', 60),
    rate: read('rate', 20),
    proposals: read('proposals', 110),
    starts: read('starts', 5),
    idleSeconds: read('idle-seconds', 10),
    replicas: read('replicas', 2),
    steps: read('steps', 12_000),
  }
}

function report(benchmark: Benchmark, machine: Machine, figures: readonly Figure[], asJson: boolean): void {
  if (asJson) {
    const judged = figures.map((figure) => ({ ...figure, missed: isMissed(figure) }))
    console.log(JSON.stringify({ benchmark: benchmark.name, at: new Date().toISOString(), machine, figures: judged }))
    return
  }
  const { cores, processor, memoryGb, node, loadBefore } = machine
  console.log(`${benchmark.name}: ${benchmark.summary}`)
  console.log(
    `${cores} cores, ${processor}, ${memoryGb} GB, Node ${node}; load of the machine before: ${loadBefore.toFixed(1)}`,
  )
  const width = Math.max(...figures.map(({ name }) => name.length))
  for (const figure of figures) console.log(`  ${figure.name.padEnd(width)}  ${describe(figure)}`)
  if (loadBefore > availableParallelism()) console.log('The machine was busy with other work: expect better figures.')
}

function describe(figure: Figure): string {
  const { value, unit, below, atLeast, exactly } = figure
  const shown = `${Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1)} ${unit}`
    .trim()
    .padStart(12)
  const goal = below ?? atLeast ?? exactly
  if (goal === undefined) return shown
  const words =
    below !== undefined
      ? `below ${goal} ${unit}`
      : atLeast !== undefined
        ? `at least ${goal} ${unit}`
        : `exactly ${goal}`
  return `${shown}   goal: ${words}${isMissed(figure) ? '   MISSED' : ''}`
}

await main().catch((error: unknown) => {
  const isUsage = error instanceof WrongUsage
  console.error(error instanceof Error ? (isUsage ? error.message : (error.stack ?? error.message)) : error)
  process.exitCode = isUsage ? 2 : 1
})
