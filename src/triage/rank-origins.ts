/** What runs where, and who calls whom. */
export interface Topology {
  /** The service of an instance. */
  readonly serviceOf: ReadonlyMap<string, string>
  readonly hostOf: ReadonlyMap<string, string>
  readonly hosts: ReadonlySet<string>
  /** Caller and callee. */
  readonly calls: readonly (readonly [string, string])[]
}

/** One alert of a group: who shows what. */
export interface ShownAlert {
  readonly kind: 'metric' | 'trace' | 'log'
  readonly entity: string
  readonly what: string
  readonly direction: string
}

/** How many earlier groups had what; nothing of what their causes were. */
export interface PastGroups {
  readonly groups: number
  readonly counts: ReadonlyMap<string, number>
}

export const NO_PAST: PastGroups = { groups: 0, counts: new Map() }

export interface Origin {
  readonly entity: string
  readonly score: number
  /** Different kinds of alert that it shows, or most of its instances, and how many of them nothing else shows. */
  readonly kinds: number
  readonly onlyHere: number
}

/** What ranking goes by; all of it, but for measuring what each is worth. */
export const ORIGIN_FEATURES = ['modality', 'rarity', 'past', 'families', 'services', 'roles', 'replicas'] as const
export type OriginFeature = (typeof ORIGIN_FEATURES)[number]

/**
 * The weights are round figures that did about as well as their neighbours on the development halves of three systems
 * (docs/judgement.md). What an entity says of itself counts for more than how calls to it look from outside.
 */
const MODALITY = { metric: 1, trace: 0.1, log: 0.3 }
/** Ten metrics of one thing are not ten times the evidence. */
const FAMILY_EXPONENT = 0.7
/** A fault of a service shows on this share of its instances. */
const SERVICE_SHARE = 0.6
const SERVICE_WEIGHT = 3
/** A host shows its own few metrics while all that runs on it shows more. */
const HOST_WEIGHT = 1.5
/** What has no instances and is no host has metrics that nothing else can show: rare by nature, not by the fault. */
const SINGLE_WEIGHT = 0.5
/** Behind all that shows anything itself. */
const SILENT_WEIGHT = 0.01
/** Something seen each time still says a little. */
const LEAST_NEWS = 0.05

/** Where a group of alerts comes from, the most probable first: what shows most that others and earlier groups do not. */
export function rankOrigins(
  shown: readonly ShownAlert[],
  topology: Topology,
  past: PastGroups = NO_PAST,
  features: readonly OriginFeature[] = ORIGIN_FEATURES,
): readonly Origin[] {
  const scene = sceneOf(shown, topology, past, features)
  const own = [...scene.kindsOf].flatMap(([entity, kinds]) =>
    isPlaced(entity, scene) ? [{ entity, score: ownScore(entity, kinds, scene), ...count(kinds, scene) }] : [],
  )
  const ofServices = scene.has('services') ? serviceOrigins(scene) : []
  const silent = scene.has('replicas') ? silentReplicas(own, scene) : []
  const merged = Map.groupBy([...own, ...ofServices, ...silent], (one) => one.entity)
  return [...merged.values()]
    .map((parts) => parts.reduce(sum))
    .filter((one) => one.score > 0)
    .toSorted((left, right) => right.score - left.score || left.entity.localeCompare(right.entity, 'en'))
}

/** With the alerts of one more group. */
export function rememberGroup({ groups, counts }: PastGroups, shown: readonly ShownAlert[]): PastGroups {
  const keys = new Set(shown.flatMap((alert) => [kindOf(alert), pastKey(kindOf(alert), alert.entity)]))
  const added = new Map(counts)
  for (const key of keys) added.set(key, (added.get(key) ?? 0) + 1)
  return { groups: groups + 1, counts: added }
}

interface Scene {
  readonly topology: Topology
  readonly past: PastGroups
  readonly has: (feature: OriginFeature) => boolean
  /** By entity: each different kind of alert, with one alert of it. */
  readonly kindsOf: ReadonlyMap<string, ReadonlyMap<string, ShownAlert>>
  /** By kind of alert: who shows it. */
  readonly showing: ReadonlyMap<string, readonly string[]>
  readonly instances: ReadonlyMap<string, readonly string[]>
}

function sceneOf(
  shown: readonly ShownAlert[],
  topology: Topology,
  past: PastGroups,
  features: readonly OriginFeature[],
): Scene {
  const byEntity = Map.groupBy(shown, (alert) => alert.entity)
  const kindsOf = new Map(
    [...byEntity].map(([entity, alerts]) => [entity, new Map(alerts.map((alert) => [kindOf(alert), alert]))] as const),
  )
  const pairs = [...kindsOf].flatMap(([entity, kinds]) => [...kinds.keys()].map((kind) => ({ entity, kind })))
  const showing = Map.groupBy(pairs, ({ kind }) => kind)
  return {
    ...{ topology, past, kindsOf, has: (feature) => features.includes(feature) },
    showing: new Map([...showing].map(([kind, who]) => [kind, who.map(({ entity }) => entity)])),
    instances: Map.groupBy(topology.serviceOf.keys(), (instance) => topology.serviceOf.get(instance) ?? ''),
  }
}

function kindOf({ kind, what, direction }: ShownAlert): string {
  return JSON.stringify([kind, what, direction])
}

function pastKey(kind: string, entity: string): string {
  return `${kind} ${entity}`
}

/** Of an address or a name that the topology does not know nobody can do anything; where it knows nothing, all may be meant. */
function isPlaced(entity: string, { topology, instances }: Scene): boolean {
  const { serviceOf, hostOf, hosts, calls } = topology
  const isUnknown = serviceOf.size + hostOf.size + hosts.size + calls.length === 0
  return (
    isUnknown ||
    serviceOf.has(entity) ||
    hostOf.has(entity) ||
    hosts.has(entity) ||
    instances.has(entity) ||
    calls.some((pair) => pair.includes(entity))
  )
}

function ownScore(entity: string, kinds: ReadonlyMap<string, ShownAlert>, scene: Scene): number {
  const weighed = [...kinds].map(([kind, alert]) => ({
    family: familyOf(alert),
    weight: modalityOf(alert, scene) * rarity(kind, scene) * news(pastKey(kind, entity), scene),
  }))
  const families = Map.groupBy(weighed, ({ family }) => family)
  const exponent = scene.has('families') ? FAMILY_EXPONENT : 1
  const score = [...families.values()]
    .map((members) => members.reduce((total, { weight }) => total + weight, 0) ** exponent)
    .reduce((left, right) => left + right, 0)
  return score * roleOf(entity, scene)
}

function modalityOf({ kind }: ShownAlert, scene: Scene): number {
  return scene.has('modality') ? MODALITY[kind] : 1
}

function rarity(kind: string, { has, kindsOf, showing }: Scene): number {
  if (!has('rarity')) return 1
  return Math.log((Math.max(2, kindsOf.size) + 1) / (showing.get(kind)?.length ?? 1))
}

/** Half of what an alert says does not depend on how often it was seen. */
function news(key: string, { has, past }: Scene): number {
  if (past.groups === 0 || !has('past')) return 1
  const seen = past.counts.get(key) ?? 0
  return Math.max(LEAST_NEWS, 0.5 + 0.5 * Math.log((past.groups + 1) / (seen + 0.5)))
}

function roleOf(entity: string, { has, topology, instances }: Scene): number {
  if (!has('roles')) return 1
  if (topology.hosts.has(entity)) return HOST_WEIGHT
  return topology.serviceOf.has(entity) || instances.has(entity) ? 1 : SINGLE_WEIGHT
}

/** `docker_cpu_core_3_norm_pct` and `docker_cpu_core_total_pct` measure one thing. */
function familyOf({ kind, what, direction }: ShownAlert): string {
  const words = what.replaceAll(/\d+/g, '').split(/[_./ -]+/)
  const telling = words.filter((word) => !['', 'total', 'norm', 'pct', 'stats'].includes(word))
  return [kind, direction, ...telling.slice(0, 3)].join(' ')
}

/** A service is the origin where most of its instances show what few other services show. */
function serviceOrigins(scene: Scene): readonly Origin[] {
  return [...scene.showing].flatMap(([kind, entities]) => {
    const services = Map.groupBy(
      entities.filter((entity) => scene.topology.serviceOf.has(entity)),
      (entity) => scene.topology.serviceOf.get(entity) ?? '',
    )
    return [...services].flatMap(([service, showing]) => {
      const share = showing.length / (scene.instances.get(service)?.length ?? 1)
      const sample = scene.kindsOf.get(showing[0] ?? '')?.get(kind)
      if (showing.length < 2 || share < SERVICE_SHARE || sample === undefined) return []
      const spread = scene.has('rarity') ? Math.log((scene.instances.size + 1) / services.size) : 1
      const score = SERVICE_WEIGHT * modalityOf(sample, scene) * share * spread * news(kind, scene)
      const isOnlyHere = entities.every((entity) => entity === service || showing.includes(entity))
      return [{ entity: service, score, kinds: 1, onlyHere: isOnlyHere ? 1 : 0 }]
    })
  })
}

/** What fails may fall silent, while its load shows on the replicas beside it; so those are named after all that show something. */
function silentReplicas(own: readonly Origin[], { topology, instances, kindsOf }: Scene): readonly Origin[] {
  return own.flatMap(({ entity, score }) => {
    const service = topology.serviceOf.get(entity)
    const beside = service === undefined ? [] : (instances.get(service) ?? [])
    const least = SILENT_WEIGHT * Math.min(score, ...own.map((one) => one.score))
    const share = least / Math.max(1, beside.length)
    return beside
      .filter((one) => !kindsOf.has(one))
      .map((one) => ({ entity: one, score: share, kinds: 0, onlyHere: 0 }))
  })
}

function count(kinds: ReadonlyMap<string, ShownAlert>, { showing }: Scene): Pick<Origin, 'kinds' | 'onlyHere'> {
  return { kinds: kinds.size, onlyHere: [...kinds.keys()].filter((kind) => showing.get(kind)?.length === 1).length }
}

function sum(left: Origin, right: Origin): Origin {
  return {
    entity: left.entity,
    score: left.score + right.score,
    kinds: left.kinds + right.kinds,
    onlyHere: left.onlyHere + right.onlyHere,
  }
}
