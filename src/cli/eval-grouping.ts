import type { Command } from './command.ts'
import type { AlertData } from './eval/read-alert-data.ts'
import type { AlertSystem } from './eval/alert-systems.ts'
import { GROUPING_FEATURES } from '../triage/relate-alert.ts'
import { parseOptions } from './parse-options.ts'
import { readAlertData } from './eval/read-alert-data.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { scoreGrouping, timeLinesOf } from './eval/score-grouping.ts'
import type { GroupingPlan, GroupingScore } from './eval/score-grouping.ts'

export const evalGroupingCommand: Command = {
  name: 'eval grouping',
  summary: 'Scores whether the alerts of one fault become one incident',
  usage: `eval grouping --data DIR [--ablation] [--json]

DIR holds shared/ (a graph for each system) and one folder with the alerts of each fault and the answers, as the alerts of
Riddell et al. (FORGE 2026) are laid out. All alerts of a system go through the function that intake uses, in the order of
their times; systems with the same service names also on one time line. Augmented faults are left out.
--ablation also scores each thing that grouping goes by alone, and all others without it.`,
  examples: ['eval grouping --data docs/examples/alerts', 'eval grouping --data docs/examples/alerts --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { data: 'text', ablation: 'flag', json: 'flag' })
    refusePositionals(positionals)
    const lines = timeLinesOf(recorded(await readAlertData('eval grouping', options.data)))
    const plans = options.ablation ? [ALL, ...ablation()] : [ALL]
    const rows = plans.map(({ title, plan }) => ({ title, scores: lines.map((line) => scoreGrouping(line, plan)) }))
    if (options.json) context.print(JSON.stringify({ scores: rows[0]?.scores ?? [], ablation: rows.slice(1) }))
    else for (const line of rows.flatMap(describe)) context.print(line)
    return 0
  },
}

function recorded({ systems, answers }: AlertData): readonly AlertSystem[] {
  return systems.map((system) => ({
    ...system,
    cases: system.cases.filter((one) => answers.get(one.id)?.isAugmented !== true),
  }))
}

interface Titled {
  readonly title: string
  readonly plan: GroupingPlan
}

const ALL: Titled = { title: 'all', plan: { namesEnvironment: true, features: GROUPING_FEATURES } }

function ablation(): readonly Titled[] {
  const single = GROUPING_FEATURES.flatMap((name): readonly Titled[] => [
    { title: `only ${name}`, plan: { namesEnvironment: false, features: [name] } },
    {
      title: `without ${name}`,
      plan: { namesEnvironment: true, features: GROUPING_FEATURES.filter((other) => other !== name) },
    },
  ])
  return [
    { title: 'only environment', plan: { namesEnvironment: true, features: [] } },
    { title: 'without environment', plan: { namesEnvironment: false, features: GROUPING_FEATURES } },
    ...single,
  ]
}

interface Row {
  readonly title: string
  readonly scores: readonly GroupingScore[]
}

function describe({ title, scores }: Row): readonly string[] {
  return scores.map(({ systems, alerts, faults, incidents, adjustedRandIndex, reduction }) => {
    const counts = `${String(alerts)} alerts, ${String(faults)} faults, ${String(incidents)} incidents`
    const figures = `ARI ${adjustedRandIndex.toFixed(3)}, reduction ${reduction.toFixed(3)}`
    return `${title}: ${systems.join(' and ')}: ${figures} (${counts})`
  })
}
