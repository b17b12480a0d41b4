import { createDraw } from './draw.ts'
import type { Draw } from './draw.ts'
import type { Scenario } from './scenario.ts'
import type { ServiceEntry, WorldFile } from './world-file.ts'

export interface Story {
  readonly file: WorldFile
  readonly scenario: Scenario
}

/**
 * The same kind of story in another world: who is called what, who else is there and calls whom, how much traffic and
 * how strong and how early the fault is, and which deploys happen besides, all from the seed. What makes the story what
 * it is stays: the calls between the services it names, and the order of its events.
 */
export function drawStory({ file, scenario }: Story, seed: number): Story {
  const draw = createDraw(seed, scenario.name)
  const named = new Set(namesOf(scenario))
  const services = addServices(rewire(file.services, named, draw), draw).map((service) => vary(service, draw))
  const names = services.map((service) => service.name)
  const shuffled = draw.shuffle(names)
  const rename = new Map(names.map((name, index) => [name, shuffled[index] ?? name]))
  const told = varyScenario(scenario, services, named, draw)
  return {
    file: { ...file, services: services.map((one) => renameService(one, rename)) },
    scenario: renameAll(told, rename),
  }
}

function namesOf({ events, faults, right }: Scenario): readonly string[] {
  return [...events.map((event) => event.deploy.service), ...faults.map((fault) => fault.service), right.service]
}

const KEPT_EDGES = 0.75
const NEW_EDGES = 0.08

/** Calls between services that the story names stay; others come and go, and never in a circle. */
function rewire(services: readonly ServiceEntry[], named: ReadonlySet<string>, draw: Draw): readonly ServiceEntry[] {
  const order = inCallOrder(services)
  return services.map((service) => {
    const own = Object.entries(service.calls)
      .filter(([callee]) => (named.has(service.name) && named.has(callee)) || draw.chance(KEPT_EDGES))
      .map(([callee, share]): [string, number] => [callee, Math.min(1, share * draw.between(0.8, 1.25))])
    const later = order.slice(order.indexOf(service.name) + 1)
    const added = later
      .filter((callee) => !(callee in service.calls) && !(named.has(service.name) && named.has(callee)))
      .filter(() => draw.chance(NEW_EDGES))
      .map((callee): [string, number] => [callee, draw.between(0.05, 0.5)])
    return { ...service, calls: Object.fromEntries([...own, ...added]) }
  })
}

/** Callers before those whom they call. */
function inCallOrder(services: readonly ServiceEntry[]): readonly string[] {
  const done = new Set<string>()
  const byName = new Map(services.map((service) => [service.name, service]))
  const visit = (name: string): void => {
    if (done.has(name)) return
    for (const callee of Object.keys(byName.get(name)?.calls ?? {})) visit(callee)
    done.add(name)
  }
  for (const { name } of services) visit(name)
  return [...done].toReversed()
}

const MOST_MORE = 6

/** A few more services, each called by some and calling nobody. */
function addServices(services: readonly ServiceEntry[], draw: Draw): readonly ServiceEntry[] {
  const count = draw.whole(0, MOST_MORE)
  const added = Array.from({ length: count }, (_, index): ServiceEntry => {
    const name = `part-${String.fromCharCode(97 + index)}`
    const deploys = [
      { version: '0.1.0', ago: draw.between(9, 13) * 86_400_000, by: 'auto-sync' },
      { version: '0.2.0', ago: draw.between(2, 8) * 86_400_000, by: 'auto-sync' },
    ]
    const load = { requestsPerSecond: draw.between(20, 90), errorRatio: 0.001, latencyMs: draw.between(15, 90) }
    return { name, ...load, memoryMb: draw.between(180, 500), calls: {}, hasDatabase: false, deploys, app: name }
  })
  const called = services.map((service) => ({
    ...service,
    calls: {
      ...service.calls,
      ...Object.fromEntries(
        added.filter(() => draw.chance(0.15)).map(({ name }): [string, number] => [name, draw.between(0.05, 0.4)]),
      ),
    },
  }))
  return [...called, ...added]
}

function vary(service: ServiceEntry, draw: Draw): ServiceEntry {
  return {
    ...service,
    requestsPerSecond: Math.max(10, service.requestsPerSecond * draw.between(0.6, 1.6)),
    latencyMs: service.latencyMs * draw.between(0.7, 1.4),
    errorRatio: service.errorRatio * draw.between(0.5, 1.5),
    memoryMb: service.memoryMb * draw.between(0.9, 1.1),
    deploys: service.deploys.map((deploy) => ({ ...deploy, ago: deploy.ago * draw.between(0.8, 1) })),
  }
}

const MOST_BYSTANDERS = 2

/** One stretch for all moments keeps their order. */
function varyScenario(
  scenario: Scenario,
  services: readonly ServiceEntry[],
  named: ReadonlySet<string>,
  draw: Draw,
): Scenario {
  const stretch = draw.between(0.8, 1.4)
  const at = (ms: number) => Math.round(ms * stretch)
  const others = services.filter(({ name, app }) => !named.has(name) && app !== undefined)
  const bystanders = draw
    .shuffle(others)
    .slice(0, draw.whole(0, MOST_BYSTANDERS))
    .map(({ name }) => ({
      at: -Math.round(draw.between(3, 60) * 60_000),
      deploy: { service: name, version: '99.0.0', by: 'mara' },
    }))
  const events = [...scenario.events.map((event) => ({ ...event, at: at(event.at) })), ...bystanders]
  return {
    ...scenario,
    events: events.toSorted((left, right) => left.at - right.at),
    faults: scenario.faults.map((fault) => ({
      ...fault,
      ...(fault.from === undefined ? {} : { from: at(fault.from) }),
      ...(fault.until === undefined ? {} : { until: at(fault.until) }),
      ramp: fault.ramp * draw.between(0.5, 2),
      errorRatio: Math.min(1, fault.errorRatio * draw.between(0.75, 1.3)),
      latencyMs: fault.latencyMs * draw.between(0.8, 1.5),
      leakMbPerMinute: fault.leakMbPerMinute * draw.between(0.85, 1.3),
    })),
  }
}

function renameService(service: ServiceEntry, rename: ReadonlyMap<string, string>): ServiceEntry {
  const name = rename.get(service.name) ?? service.name
  const calls = Object.entries(service.calls).map(([callee, share]) => [rename.get(callee) ?? callee, share] as const)
  return { ...service, name, calls: Object.fromEntries(calls), ...(service.app === undefined ? {} : { app: name }) }
}

function renameAll(scenario: Scenario, rename: ReadonlyMap<string, string>): Scenario {
  const to = (name: string) => rename.get(name) ?? name
  const { culprit } = scenario.right
  return {
    ...scenario,
    events: scenario.events.map(({ at, deploy }) => ({ at, deploy: { ...deploy, service: to(deploy.service) } })),
    faults: scenario.faults.map((fault) => ({ ...fault, service: to(fault.service) })),
    right: {
      ...scenario.right,
      service: to(scenario.right.service),
      culprit: culprit === null ? null : { ...culprit, service: to(culprit.service) },
    },
  }
}
