import { FEATURES } from '../changes/features.ts'
import type { Command, CommandContext } from './command.ts'
import type { ChangeCase } from './eval/change-case.ts'
import { asLaidOut, dataFolder } from './eval/data-folder.ts'
import { describeShare, rankScores } from './eval/rank-scores.ts'
import type { RankScores } from './eval/rank-scores.ts'
import { rankChanges, ranksOf, readChangeAnswers, readChangeCases } from './eval/rank-changes.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { UsageError } from './usage-error.ts'
import type { Feature } from '../changes/feature.ts'

export const evalChangesCommand: Command = {
  name: 'eval changes',
  summary: 'Scores how often the change that caused an incident is ranked first',
  usage: `eval changes --data DIR [--ablation] [--json]

DIR holds a folder for each incident (case.json, pod_metrics.csv) and answers.json, as the ChangeRCA data are laid out.
Ranks with the function that intake uses, from what was known at detection, and opens the answers afterwards.
--ablation also scores each view on a change alone, and all others without it.`,
  examples: ['eval changes --data docs/examples/incidents', 'eval changes --data docs/examples/incidents --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { data: 'text', ablation: 'flag', json: 'flag' })
    refusePositionals(positionals)
    const data = dataFolder('eval changes', options.data)
    const cases = await readCases(data)
    const plans = options.ablation ? [...all(), ...ablation()] : all()
    const ranked = plans.map(({ title, features }) => ({ title, rankings: rankAll(cases, features) }))
    const answers = await readChangeAnswers(data)
    const rows = ranked.map(({ title, rankings }) => ({ title, scores: rankScores(ranksOf(rankings, answers)) }))
    const misses = [...(ranked[0]?.rankings ?? [])].flatMap(([id, ranking]) =>
      ranking[0] === answers.get(id) ? [] : [{ id, first: ranking[0] ?? null, right: answers.get(id) ?? null }],
    )
    print(context, options.json, rows, misses)
    return 0
  },
}

async function readCases(data: string): Promise<readonly ChangeCase[]> {
  const cases = await asLaidOut(data, readChangeCases(data))
  if (cases.length > 0) return cases
  throw new UsageError(`${data} holds no folder with a case.json.`)
}

interface Plan {
  readonly title: string
  readonly features: readonly Feature[]
}

function all(): readonly Plan[] {
  return [{ title: 'all', features: Object.values(FEATURES) }]
}

function ablation(): readonly Plan[] {
  return Object.entries(FEATURES).flatMap(([name, feature]) => [
    { title: `only ${name}`, features: [feature] },
    { title: `without ${name}`, features: Object.values(FEATURES).filter((other) => other !== feature) },
  ])
}

function rankAll(cases: readonly ChangeCase[], features: readonly Feature[]): ReadonlyMap<string, readonly string[]> {
  return new Map(cases.map((one) => [one.id, rankChanges(one, features)]))
}

interface Row {
  readonly title: string
  readonly scores: RankScores
}

interface Miss {
  readonly id: string
  readonly first: string | null
  readonly right: string | null
}

function print(context: CommandContext, isJson: boolean, rows: readonly Row[], misses: readonly Miss[]): void {
  if (isJson) {
    const [first, ...others] = rows
    const ablated = others.length === 0 ? {} : { ablation: others.map(({ title, scores }) => ({ title, ...scores })) }
    context.print(JSON.stringify({ ...first?.scores, misses, ...ablated }))
    return
  }
  const width = Math.max(...rows.map(({ title }) => title.length))
  for (const { title, scores } of rows) context.print(`${title.padEnd(width)}  ${describe(scores)}`)
  for (const { id, first, right } of misses) {
    context.print(`  ${id}: ${first ?? 'nothing'} comes first, ${right ?? 'nothing'} is right`)
  }
}

function describe({ n, hitRate1, hitRate3, meanRank }: RankScores): string {
  return `HR@1 ${describeShare(hitRate1)}  HR@3 ${describeShare(hitRate3)}  MAR ${meanRank.toFixed(2)}  n ${String(n)}`
}
