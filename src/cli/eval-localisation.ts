import type { Command } from './command.ts'
import type { AlertData } from './eval/read-alert-data.ts'
import { locateOrigins, ranksOfOrigins } from './eval/locate-origins.ts'
import { ORIGIN_FEATURES } from '../triage/rank-origins.ts'
import type { OriginFeature } from '../triage/rank-origins.ts'
import { parseOptions } from './parse-options.ts'
import { describeShare, rankScores } from './eval/rank-scores.ts'
import type { RankScores } from './eval/rank-scores.ts'
import { readAlertData } from './eval/read-alert-data.ts'
import { refusePositionals } from './refuse-positionals.ts'

export const evalLocalisationCommand: Command = {
  name: 'eval localisation',
  summary: 'Scores how often the entity that failed is among the first origins named',
  usage: `eval localisation --data DIR [--ablation] [--json]

DIR is laid out as for "eval grouping". For each fault the instances, services and hosts are ranked as probable origins of
its alerts with the function that incidents use. Of earlier faults only the alerts are known; the answers are opened for
scoring. --ablation also scores each thing that ranking goes by alone, and all others without it.`,
  examples: ['eval localisation --data docs/examples/alerts', 'eval localisation --data docs/examples/alerts --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { data: 'text', ablation: 'flag', json: 'flag' })
    refusePositionals(positionals)
    const data = await readAlertData('eval localisation', options.data)
    const plans = options.ablation ? [ALL, ...ablation()] : [ALL]
    const rows = plans.map((plan) => ({ title: plan.title, scores: score(data, plan.features) }))
    if (options.json) context.print(JSON.stringify({ scores: rows[0]?.scores ?? [], ablation: rows.slice(1) }))
    else for (const line of rows.flatMap(describe)) context.print(line)
    return 0
  },
}

interface Plan {
  readonly title: string
  readonly features: readonly OriginFeature[]
}

const ALL: Plan = { title: 'all', features: ORIGIN_FEATURES }

function ablation(): readonly Plan[] {
  return ORIGIN_FEATURES.flatMap((name) => [
    { title: `only ${name}`, features: [name] },
    { title: `without ${name}`, features: ORIGIN_FEATURES.filter((other) => other !== name) },
  ])
}

interface SystemScore extends RankScores {
  readonly system: string
}

function score({ systems, answers }: AlertData, features: readonly OriginFeature[]): readonly SystemScore[] {
  return systems.map((system) => ({
    system: system.name,
    ...rankScores(ranksOfOrigins(locateOrigins(system, features), answers)),
  }))
}

interface Row {
  readonly title: string
  readonly scores: readonly SystemScore[]
}

function describe({ title, scores }: Row): readonly string[] {
  return scores.map(
    ({ system, n, hitRate1, hitRate3 }) =>
      `${title}: ${system}: hit@1 ${describeShare(hitRate1)}  hit@3 ${describeShare(hitRate3)}  n ${String(n)}`,
  )
}
