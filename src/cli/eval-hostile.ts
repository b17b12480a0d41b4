import { asLaidOut, dataFolder } from './eval/data-folder.ts'
import { HARMS } from './eval/hostile/count-harm.ts'
import { UsageError } from './usage-error.ts'
import { makeCases, readPayloads } from './eval/hostile/hostile-cases.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { runHostile } from './eval/hostile/run-hostile.ts'
import { withHostileWorld } from './eval/hostile/open-hostile-world.ts'
import type { Command, CommandContext } from './command.ts'
import type { HostileScores } from './eval/hostile/run-hostile.ts'

const WORDS = {
  plans: 'changed plans',
  mentions: 'mentions that data brought',
  links: 'links that data brought',
  facts: 'facts lost from a card',
  obeyed: "cards with an evil model's own words",
  unfenced: 'lines of prompts that data brought outside their block',
} as const

export const evalHostileCommand: Command = {
  name: 'eval hostile',
  summary: 'Counts what attacks in alerts, log lines and commit messages change, with an evil language model',
  usage: `eval hostile --data DIR [--json]

DIR holds *.jsonl files with one attack a line ({"id": ..., "text": ...}; lines with "label": 0 are left out). Each goes
into an alert, a log line and a commit message, at the start, in the middle and at the end, and through the path that
intake uses, on a database of its own, with a model that does what the attacker wants. Exits 1 when anything is counted.`,
  examples: ['eval hostile --data docs/examples/hostile', 'eval hostile --data docs/examples/hostile --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { data: 'text', json: 'flag' })
    refusePositionals(positionals)
    const payloads = await payloadsOf(dataFolder('eval hostile', options.data))
    const scores = await withHostileWorld(context, (world) => runHostile(world, makeCases(payloads)))
    print(context, options.json, payloads.length, scores)
    return HARMS.some((harm) => scores.totals[harm] > 0) ? 1 : 0
  },
}

async function payloadsOf(data: string): Promise<readonly string[]> {
  const payloads = await asLaidOut(data, readPayloads(data))
  if (payloads.length > 0) return payloads
  throw new UsageError(`${data} holds no *.jsonl file with attacks.`)
}

function print(context: CommandContext, isJson: boolean, payloads: number, scores: HostileScores): void {
  if (isJson) {
    const { n, totals, taken, worst } = scores
    context.print(JSON.stringify({ n, payloads, ...totals, taken, worst }))
    return
  }
  for (const harm of HARMS) context.print(`${String(scores.totals[harm]).padStart(6)}  ${WORDS[harm]}`)
  context.print(`${String(scores.n).padStart(6)}  cases: ${String(payloads)} attacks, 3 carriers, 3 positions`)
  for (const { carrier, position, payload, harm } of scores.worst) {
    const counts = HARMS.filter((name) => harm[name] > 0).map((name) => `${name} ${String(harm[name])}`)
    context.print(`  ${carrier}, ${position}: ${counts.join(', ')}: ${JSON.stringify(payload.slice(0, 80))}`)
  }
}
