import { noise } from './noise.ts'
import type { Fault } from './scenario.ts'
import type { ServiceEntry } from './world-file.ts'

/** How a service does in one second. */
export interface Symptoms {
  readonly requestsPerSecond: number
  readonly errorRatio: number
  readonly latencyMs: number
  readonly leakMbPerSecond: number
  readonly isDatabaseUp: boolean
}

/** A fault and how much of its force it has, from 0 to 1. */
export interface ActiveFault {
  readonly fault: Fault
  readonly force: number
}

export interface SymptomContext {
  readonly services: readonly ServiceEntry[]
  readonly seed: number
  readonly atMs: number
  readonly faultsOf: (service: string) => readonly ActiveFault[]
}

const DAY_MS = 86_400_000

/**
 * What every service shows: its own faults, and what reaches it from the services it calls. A call that fails fails the
 * request that needed it, so errors spread to dependants by the share of requests that make the call, and never down.
 */
export function symptomsOf(context: SymptomContext): ReadonlyMap<string, Symptoms> {
  const found = new Map<string, Symptoms>()
  const byName = new Map(context.services.map((service) => [service.name, service]))
  const visit = (service: ServiceEntry): Symptoms => {
    const known = found.get(service.name)
    if (known !== undefined) return known
    const below = Object.entries(service.calls).flatMap(([name, share]) => {
      const called = byName.get(name)
      return called === undefined ? [] : [{ share, called, symptoms: visit(called) }]
    })
    const own = ownSymptoms(service, context)
    const succeeds = below.reduce((left, { share, symptoms }) => left * (1 - share * symptoms.errorRatio), 1)
    const waits = below.reduce(
      (sum, { share, called, symptoms }) => sum + share * Math.max(0, symptoms.latencyMs - called.latencyMs),
      0,
    )
    const symptoms = {
      ...own,
      errorRatio: 1 - (1 - own.errorRatio) * succeeds,
      latencyMs: own.latencyMs + waits,
    }
    found.set(service.name, symptoms)
    return symptoms
  }
  for (const service of context.services) visit(service)
  return found
}

function ownSymptoms(service: ServiceEntry, context: SymptomContext): Symptoms {
  const { seed, atMs } = context
  const second = Math.floor(atMs / 1000)
  const wave = 1 + 0.15 * Math.sin((2 * Math.PI * (atMs % DAY_MS)) / DAY_MS)
  const jitter = (what: string, width: number): number =>
    1 + width * (noise(seed, `${service.name} ${what}`, second) * 2 - 1)
  const active = context.faultsOf(service.name)
  const sum = (of: (fault: Fault) => number): number =>
    active.reduce((total, { fault, force }) => total + of(fault) * force, 0)
  return {
    requestsPerSecond: service.requestsPerSecond * wave * jitter('traffic', 0.08),
    errorRatio: Math.min(1, service.errorRatio * jitter('errors', 0.5) + sum((fault) => fault.errorRatio)),
    latencyMs: service.latencyMs * jitter('latency', 0.1) + sum((fault) => fault.latencyMs),
    leakMbPerSecond: sum((fault) => fault.leakMbPerMinute) / 60,
    isDatabaseUp: !active.some(({ fault, force }) => fault.databaseDown && force > 0),
  }
}
