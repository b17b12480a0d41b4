import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ACTION_NAMES } from '../domain/action.ts'
import { describeShare } from './eval/rank-scores.ts'
import { drawStory } from '../sandbox/world/draw-story.ts'
import { judgeSight } from './eval/judge-sight.ts'
import { loadSandbox } from '../sandbox/load-sandbox.ts'
import { meetsGates, scoreScenarios } from './eval/score-scenarios.ts'
import { parseOptions } from './parse-options.ts'
import { parsePlaybook } from '../playbooks/parse-playbook.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { salvageSettings } from '../config/configuration-file.ts'
import { UsageError } from './usage-error.ts'
import { watchStory } from '../sandbox/watch-story.ts'
import type { ChangeEvent } from '../domain/change-event.ts'
import type { Command, CommandContext } from './command.ts'
import type { IncomingAlert } from '../domain/alert.ts'
import type { JudgedSight, Judgement } from './eval/judge-sight.ts'
import type { JudgeMeans } from './eval/judge-incident.ts'
import type { Playbook } from '../domain/playbook.ts'
import type { Scenario } from '../sandbox/world/scenario.ts'
import type { ScenarioResult, ScenarioScores } from './eval/score-scenarios.ts'
import type { SandboxFiles } from '../sandbox/load-sandbox.ts'
import type { Service, ServiceCatalog } from '../domain/service-catalog.ts'
import type { Sight } from '../sandbox/watch-story.ts'
import type { WorldFile } from '../sandbox/world/world-file.ts'

const SANDBOX_FOLDER = fileURLToPath(new URL('../../sandbox', import.meta.url))
const START_MS = Date.parse('2026-01-05T09:00:00Z')
/** As the first card is made, when the storm is complete, and when everybody looks. */
const LOOK_AFTER_MS = [2_000, 15_000, 45_000]

export const evalScenariosCommand: Command = {
  name: 'eval scenarios',
  summary: 'Scores how often the right playbook is proposed in the stories of the sandbox',
  usage: `eval scenarios [--seeds N] [--seed S] [--scenario NAME] [--json]

Draws every story of the sandbox anew for each of N seeds (default 5) from S on (default 1): services, calls, traffic,
strength and time of the fault, bystanders. Judges what Alertmanager and Argo CD would tell, by the functions that intake
uses, three times in the first minute; then opens the label. No time passes. Exit code 1 when a gate is missed.`,
  examples: ['eval scenarios --seeds 2', 'eval scenarios --seeds 2 --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { seeds: 'text', seed: 'text', scenario: 'text', json: 'flag' })
    refusePositionals(positionals)
    const count = readCount('--seeds', options.seeds, 5)
    const first = readCount('--seed', options.seed, 1)
    const files = await loadSandbox(SANDBOX_FOLDER)
    const stories = [...files.scenarios.values()].filter(({ name }) => [undefined, name].includes(options.scenario))
    if (stories.length === 0) throw new UsageError(`There is no scenario "${options.scenario ?? ''}".`)
    const playbooks = await readPlaybooks()
    const seeds = Array.from({ length: count }, (_, index) => first + index)
    const results = seeds.flatMap((seed) =>
      stories.map((scenario) => playScenario({ files, playbooks }, scenario, seed).result),
    )
    const scores = scoreScenarios(results)
    print(context, options.json, scores, results)
    return meetsGates(scores) ? 0 : 1
  },
}

function readCount(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new UsageError(`${name} needs a whole number above 0.`)
}

export interface Played {
  readonly result: ScenarioResult
  readonly means: JudgeMeans
  readonly looks: readonly { readonly sight: JudgedSight; readonly judgements: readonly Judgement[] }[]
}

/** One story of one seed. The label is read after everything is judged. */
export function playScenario(
  { files, playbooks }: { readonly files: SandboxFiles; readonly playbooks: readonly Playbook[] },
  scenario: Scenario,
  seed: number,
): Played {
  const story = drawStory({ file: files.world, scenario }, seed)
  const means = meansOf(story.file, playbooks)
  const looks = watchStory({ story, seed, startMs: START_MS, lookAfterMs: LOOK_AFTER_MS }).map((seen) => {
    const sight = toSight(seen)
    return { sight, judgements: judgeSight(means, sight) }
  })
  const proposals = looks.map(({ judgements }) => judgements.flatMap(({ proposed }) => proposed ?? []))
  const { right } = story.scenario
  const isRight = ({ playbook, service }: { playbook: string; service: string | null }) =>
    playbook === right.playbook && service === right.service
  const result = {
    ...{ scenario: scenario.name, seed, isNoneRight: right.playbook === null },
    isRightProposed: proposals.at(-1)?.some(isRight) ?? false,
    isWrongProposed: proposals.flat().some((one) => !isRight(one)),
    isNothingProposed: proposals.flat().length === 0,
  }
  return { result, means, looks }
}

/** The playbooks that come with the sandbox. */
export async function readPlaybooks(): Promise<readonly Playbook[]> {
  const folder = join(SANDBOX_FOLDER, 'playbooks')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted()
  const parsed = await Promise.all(
    names.map(async (file) => parsePlaybook({ file, text: await readFile(join(folder, file), 'utf8') })),
  )
  return parsed.flatMap(({ playbook }) => (playbook === undefined ? [] : [playbook]))
}

function meansOf(file: WorldFile, playbooks: readonly Playbook[]): JudgeMeans {
  const { mapping, grouping, changes } = salvageSettings({})
  return {
    ...{ catalog: catalogOf(file), playbooks, available: ACTION_NAMES, past: [] },
    settings: { mapping, groupingWindowMs: grouping.window, changesLookbackMs: changes.lookback },
  }
}

function catalogOf({ services, project, functions }: WorldFile): ServiceCatalog {
  const known = services.map(({ name, calls, app }): [string, Service] => [
    name,
    {
      ...{ name, owner: 'team-shop', system: project, criticality: 2, pagerdutyServiceId: null, repository: null },
      ...{ mode: null, links: [], dependsOn: Object.keys(calls), lambda: functions[0]?.name ?? null },
      argocd: app === undefined ? null : { app, project },
    },
  ])
  return { services: new Map(known) }
}

/** As the webhook and the history of Argo CD tell it. */
function toSight({ atMs, alerts, deploys }: Sight): JudgedSight {
  return {
    now: new Date(atMs),
    alerts: alerts.map(({ labels, annotations, startsAtMs }): IncomingAlert => ({
      ...{ source: 'alertmanager', sourceFingerprint: null, status: 'firing', labels, annotations },
      ...{ startsAt: new Date(startsAtMs), endsAt: null, generatorUrl: null },
    })),
    changes: deploys.map(({ service, id, revision, previous, startedAtMs, deployedAtMs }): ChangeEvent => ({
      ...{ id: `${service}/history/${String(id)}`, kind: 'deploy', service, environment: null },
      ...{ at: new Date(startedAtMs), finishedAt: new Date(deployedAtMs), revision },
      previous: previous === null ? null : { id: String(previous.id), revision: previous.revision },
      ...{ actor: null, url: null, summary: null, outcome: 'succeeded', sources: [] },
    })),
  }
}

function print(
  context: CommandContext,
  isJson: boolean,
  scores: ScenarioScores,
  results: readonly ScenarioResult[],
): void {
  const missed = results.filter((one) => (one.isNoneRight ? !one.isNothingProposed : !one.isRightProposed))
  if (isJson) {
    context.print(JSON.stringify({ ...scores, missed }))
    return
  }
  const { n, right, abstained, wrong, keptQuiet } = scores
  context.print(`right playbook proposed   ${describeShare(right)}`)
  context.print(`wrong playbook proposed   ${describeShare(wrong)}`)
  context.print(`nothing proposed instead  ${describeShare(abstained)}`)
  context.print(`kept quiet where none is right  ${describeShare(keptQuiet)}`)
  context.print(`n ${String(n)}`)
  const byScenario = Map.groupBy(missed, (one) => one.scenario)
  for (const [name, ones] of byScenario) {
    context.print(`  ${name}: missed with seeds ${ones.map((one) => one.seed).join(', ')}`)
  }
}
