import { AlertRules } from './prometheus/alert-rules.ts'
import { ArgoCdWorld } from './argocd/argocd-world.ts'
import { createScraper } from './prometheus/meter-samples.ts'
import { SeriesStore } from './prometheus/series-store.ts'
import { World } from './world/world.ts'
import type { RuleAlert } from './prometheus/alert-rules.ts'
import type { Fault } from './world/scenario.ts'
import type { Story } from './world/draw-story.ts'

/** What the vendors would tell at one moment. */
export interface Sight {
  readonly atMs: number
  /** What fires. */
  readonly alerts: readonly RuleAlert[]
  /** What Argo CD holds of each service's deploys, oldest first. */
  readonly deploys: readonly SeenDeploy[]
}

export interface SeenDeploy {
  readonly service: string
  readonly id: number
  readonly version: string
  readonly revision: string
  readonly previous: { readonly id: number; readonly revision: string } | null
  readonly startedAtMs: number
  readonly deployedAtMs: number
}

export interface WatchSettings {
  readonly story: Story
  readonly seed: number
  readonly startMs: number
  /** How long after the first alert it is looked, each time anew. */
  readonly lookAfterMs: readonly number[]
}

/** Before anything happens, so that rates have a before. */
const CALM_MS = 30_000
/** A story in which nothing fired by then has no alert. */
const LONGEST_MS = 10 * 60_000
/** As the running sandbox does. */
const RULES_BACK_MS = 5 * 60_000
/** An operation of the sandbox's Argo CD is over by then. */
const DEPLOYED_AFTER_MS = 2_000
/** The rates look back three seconds; history beyond a minute is read by nobody here. */
const KEEP_SECONDS = 60

/**
 * Lives a story second by second on a clock that is only counted, with the very world, rules and Argo CD of the sandbox
 * and without its servers; empty when nothing fires.
 */
export function watchStory({ story, seed, startMs, lookAfterMs }: WatchSettings): readonly Sight[] {
  const { file, scenario } = story
  const store = new SeriesStore(KEEP_SECONDS)
  const world = new World({ file, scenario, seed, startMs })
  const scrape = createScraper(world, store)
  const rules = new AlertRules(file.rules, store)
  const apps = new ArgoCdWorld({
    ...{ file, startMs, tell: () => undefined, onFinished: () => undefined },
    onRunning: (service, version, atMs) => {
      world.run(service, version, atMs)
    },
  })
  const due = scenario.events.toSorted((left, right) => left.at - right.at)
  // What was deployed before anything broke needs no traffic to be in Argo CD's history.
  const playUntil = (atMs: number): void => {
    for (let next = due[0]; next !== undefined && startMs + next.at <= atMs; next = due[0]) {
      due.shift()
      apps.push(next.deploy, startMs + next.at)
      apps.advance(Math.min(atMs, startMs + next.at + DEPLOYED_AFTER_MS))
    }
  }
  const looks = [...lookAfterMs]
  const sights: Sight[] = []
  let firstMs: number | null = null
  const beginMs = startMs + firstFault(story, () => true) - CALM_MS
  // A leak shows late: until then nobody needs to look, and looking every second of an hour is most of the work.
  const rulesFromMs =
    startMs +
    Math.min(
      -RULES_BACK_MS,
      firstFault(story, (fault) => fault.leakMbPerMinute === 0),
    )
  for (let atMs = beginMs; atMs < startMs + LONGEST_MS && looks.length > 0; atMs += 1000) {
    playUntil(atMs)
    apps.advance(atMs)
    world.liveSecond(atMs)
    scrape(atMs / 1000)
    if (atMs < rulesFromMs - CALM_MS) continue
    const firing = rules.evaluate(atMs).filter((alert) => alert.endsAtMs === null)
    if (firing.length > 0) firstMs ??= atMs
    if (firstMs === null || atMs - firstMs < (looks[0] ?? 0)) continue
    looks.shift()
    sights.push({ atMs, alerts: firing, deploys: deploysOf(apps, file.services) })
  }
  return sights
}

/** When the first fault begins: told, or with the deploy that brings it. */
function firstFault({ scenario }: Story, counts: (fault: Fault) => boolean): number {
  const begins = scenario.faults
    .filter(counts)
    .map((fault) => fault.from ?? scenario.events.find(({ deploy }) => deploy.version === fault.whileVersion)?.at ?? 0)
  return Math.min(0, ...begins)
}

function deploysOf(apps: ArgoCdWorld, services: Story['file']['services']): readonly SeenDeploy[] {
  return services.flatMap(({ name, app }) => {
    const history = (app === undefined ? undefined : apps.find(app)?.history) ?? []
    return history.map((entry, index) => {
      const { id, version, revision, startedAtMs, deployedAtMs } = entry
      const before = history[index - 1]
      const previous = before === undefined ? null : { id: before.id, revision: before.revision }
      return { service: name, id, version, revision, previous, startedAtMs, deployedAtMs }
    })
  })
}
