import { adjustedRand } from './adjusted-rand.ts'
import type { AlertSystem } from './alert-systems.ts'
import { catalogOfTopology } from './catalog-of-topology.ts'
import type { GroupingFeature } from '../../triage/relate-alert.ts'
import { replayStorm, toStorm } from './replay-storm.ts'

export interface GroupingScore {
  /** The systems on one time line. */
  readonly systems: readonly string[]
  readonly alerts: number
  readonly faults: number
  readonly incidents: number
  readonly adjustedRandIndex: number
  /** One less the incidents an alert. */
  readonly reduction: number
}

export interface GroupingPlan {
  /** Whether alerts say of which system they are. */
  readonly namesEnvironment: boolean
  readonly features: readonly GroupingFeature[]
}

/** Each system by itself, and together those that call services by the same names. */
export function timeLinesOf(systems: readonly AlertSystem[]): readonly (readonly AlertSystem[])[] {
  const sets = systems.map((system) =>
    systems.filter((other) => servicesOf(other).some((name) => servicesOf(system).includes(name))),
  )
  const shared = sets.filter((set) => set.length > 1)
  const distinct = new Map(shared.map((set) => [set.map((one) => one.name).join(' '), set]))
  return [...systems.map((system) => [system]), ...distinct.values()]
}

function servicesOf({ topology }: AlertSystem): readonly string[] {
  return [...topology.serviceOf.values()]
}

export function scoreGrouping(line: readonly AlertSystem[], plan: GroupingPlan): GroupingScore {
  const storm = line.flatMap(({ name, cases, topology }) =>
    toStorm(cases, plan.namesEnvironment ? name : null, topology.serviceOf),
  )
  const groups = replayStorm(storm, catalogOfTopology(mergeTopologies(line)), plan.features)
  const faults = storm.map((alert) => alert.caseId)
  const incidents = new Set(groups).size
  return {
    systems: line.map((system) => system.name),
    alerts: storm.length,
    faults: new Set(faults).size,
    incidents,
    adjustedRandIndex: adjustedRand(groups, faults),
    reduction: storm.length === 0 ? 0 : 1 - incidents / storm.length,
  }
}

/** There is one catalog for all environments, as in the product. */
function mergeTopologies(
  line: readonly AlertSystem[],
): Pick<AlertSystem['topology'], 'calls' | 'hostOf' | 'serviceOf'> {
  const all = line.map(({ topology }) => topology)
  return {
    calls: all.flatMap(({ calls }) => calls),
    hostOf: new Map(all.flatMap(({ hostOf }) => [...hostOf])),
    serviceOf: new Map(all.flatMap(({ serviceOf }) => [...serviceOf])),
  }
}
