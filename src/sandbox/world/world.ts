import { noise } from './noise.ts'
import { symptomsOf } from './symptoms.ts'
import type { ActiveFault, Symptoms } from './symptoms.ts'
import type { Fault, Scenario } from './scenario.ts'
import type { ServiceEntry, WorldFile } from './world-file.ts'

/** What a service's own `/metrics` tells, counted since the world began. */
export interface Meters {
  requestsOk: number
  requestsFailed: number
  durationSeconds: number
  durationCount: number
  memoryBytes: number
  isDatabaseUp: boolean
}

interface ServiceState {
  readonly entry: ServiceEntry
  version: string
  versionSinceMs: number
  leakedMb: number
  readonly meters: Meters
}

export interface WorldSettings {
  readonly file: WorldFile
  readonly scenario: Scenario
  readonly seed: number
  /** When the story starts; its moments are told from here. */
  readonly startMs: number
}

const MEBIBYTE = 1_048_576

/**
 * A dozen services under traffic. Time is handed in, second by second, so that an hour of history takes as long as its
 * arithmetic. What runs and what is broken decides what the meters count; nothing else does.
 */
export class World {
  readonly environment: string
  readonly services: readonly ServiceEntry[]
  readonly #settings: WorldSettings
  readonly #states: ReadonlyMap<string, ServiceState>

  constructor(settings: WorldSettings) {
    this.#settings = settings
    this.environment = settings.file.environment
    this.services = settings.file.services
    this.#states = new Map(
      this.services.map((entry) => {
        const last = entry.deploys.at(-1)
        return [
          entry.name,
          {
            entry,
            version: last?.version ?? '',
            versionSinceMs: settings.startMs - (last?.ago ?? 0),
            leakedMb: 0,
            meters: { ...NOTHING_COUNTED, memoryBytes: entry.memoryMb * MEBIBYTE },
          },
        ]
      }),
    )
  }

  versionOf(service: string): string {
    return this.#stateOf(service).version
  }

  metersOf(service: string): Readonly<Meters> {
    return this.#stateOf(service).meters
  }

  /** Pods of the other version have taken over: new processes, so what had leaked is free again. */
  run(service: string, version: string, atMs: number): void {
    const state = this.#stateOf(service)
    state.version = version
    state.versionSinceMs = atMs
    state.leakedMb = 0
  }

  /** The same version in new processes. */
  recycle(service: string): void {
    this.#stateOf(service).leakedMb = 0
  }

  has(service: string): boolean {
    return this.#states.has(service)
  }

  /** One second of traffic. */
  liveSecond(atMs: number): void {
    const symptoms = symptomsOf({
      services: this.services,
      seed: this.#settings.seed,
      atMs,
      faultsOf: (service) => this.#faultsOf(service, atMs),
    })
    for (const [name, one] of symptoms) count(this.#stateOf(name), one, this.#settings.seed, atMs)
  }

  #faultsOf(service: string, atMs: number): readonly ActiveFault[] {
    const state = this.#stateOf(service)
    return this.#settings.scenario.faults
      .filter((fault) => fault.service === service)
      .flatMap((fault) => {
        const sinceMs = this.#sinceMs(fault, state, atMs)
        return sinceMs === undefined ? [] : [{ fault, force: fault.ramp === 0 ? 1 : Math.min(1, sinceMs / fault.ramp) }]
      })
  }

  /** For how long the fault has been in effect; undefined while it is not. */
  #sinceMs(fault: Fault, state: ServiceState, atMs: number): number | undefined {
    if (fault.whileVersion !== undefined) {
      return state.version === fault.whileVersion ? atMs - state.versionSinceMs : undefined
    }
    const { startMs } = this.#settings
    const from = startMs + (fault.from ?? 0)
    const isOver = fault.until !== undefined && atMs >= startMs + fault.until
    return atMs < from || isOver ? undefined : atMs - from
  }

  #stateOf(service: string): ServiceState {
    const state = this.#states.get(service)
    if (state === undefined) throw new Error(`The sandbox has no service ${service}.`)
    return state
  }
}

const NOTHING_COUNTED: Meters = {
  requestsOk: 0,
  requestsFailed: 0,
  durationSeconds: 0,
  durationCount: 0,
  memoryBytes: 0,
  isDatabaseUp: true,
}

function count(state: ServiceState, symptoms: Symptoms, seed: number, atMs: number): void {
  const { meters, entry } = state
  // Whole requests, as counters count them; the rest is settled by chance, so that the mean is right.
  const whole = (amount: number, what: string): number =>
    Math.floor(amount + noise(seed, `${entry.name} ${what}`, Math.floor(atMs / 1000)))
  const requests = whole(symptoms.requestsPerSecond, 'requests')
  const failed = Math.min(requests, whole(requests * symptoms.errorRatio, 'failed'))
  meters.requestsOk += requests - failed
  meters.requestsFailed += failed
  meters.durationCount += requests
  meters.durationSeconds += (requests * symptoms.latencyMs) / 1000
  state.leakedMb += symptoms.leakMbPerSecond
  const breath = 1 + 0.004 * (noise(seed, `${entry.name} memory`, Math.floor(atMs / 10_000)) * 2 - 1)
  meters.memoryBytes = Math.round((entry.memoryMb * breath + state.leakedMb) * MEBIBYTE)
  meters.isDatabaseUp = symptoms.isDatabaseUp
}
