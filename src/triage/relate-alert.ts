import { areNeighbours, dependsOn } from './services-around.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/** Why an alert went where it went; one sentence for the timeline. */
export interface GroupingReason {
  readonly rule:
    | 'same_alert'
    | 'same_service'
    | 'neighbour'
    | 'in_reach'
    | 'in_storm'
    | 'same_name'
    | 'fires_again'
    | 'nothing_to_join'
    | 'new_wave'
    | 'resolved_before_it_fired'
  readonly text: string
}

/** An incident that an alert may join, there already or opened by this delivery. */
export interface Candidate {
  readonly target: { readonly incidentId: string } | { readonly group: number }
  readonly isOpen: boolean
  readonly openedAt: Date
  readonly environment: string | null
  readonly services: Set<string>
  readonly names: Set<string>
  lastAlertAt: Date
  /** How many of its alerts came in the last minute. */
  recentAlerts: number
  /** A new wave began then: what starts later is not of this incident. */
  readonly closedFrom: Date | undefined
}

export interface RelatableAlert {
  readonly name: string
  readonly service: string | null
}

/** What grouping goes by; all of it, but for measuring what each is worth. */
export const GROUPING_FEATURES = ['graph', 'storm', 'waves', 'refires'] as const
export type GroupingFeature = (typeof GROUPING_FEATURES)[number]

export interface Surroundings {
  readonly features: readonly GroupingFeature[]
  readonly catalog: ServiceCatalog
  readonly windowMs: number
  readonly now: Date
  /** What is two steps away in the dependency graph, or nearer. */
  readonly reach: (service: string) => ReadonlySet<string>
}

/**
 * One fault reaches what shares a dependency with what it broke, but only at once: beyond direct neighbours an incident
 * must have had an alert this short a time ago. Twice the gap of a minute that separates faults on public data.
 */
export const STORM_GAP_MS = 2 * 60_000
/** So many in a minute are a storm; fewer may be two faults that have nothing to do with each other. */
const STORM_ALERTS = 5
/** What the catalog does not know joins only a storm over so many services that it knows: else it may be anything. */
const STORM_SERVICES = 3

/** Undefined where the two have nothing to do with each other. */
export function relate(
  alert: RelatableAlert,
  candidate: Candidate,
  { catalog, windowMs, now, reach, features }: Surroundings,
): GroupingReason | undefined {
  const { service } = alert
  const silentMs = now.getTime() - candidate.lastAlertAt.getTime()
  if (service === null) {
    const isSame = candidate.services.size === 0 && candidate.names.has(alert.name) && silentMs <= windowMs
    return isSame ? { rule: 'same_name', text: `Neither names a service, and both are ${alert.name}.` } : undefined
  }
  if (candidate.services.has(service)) return { rule: 'same_service', text: `It is about ${service} as well.` }
  if (silentMs > windowMs) return undefined
  const neighbour = features.includes('graph') ? relateNeighbour(catalog, service, candidate) : undefined
  if (neighbour !== undefined || !features.includes('storm') || !isStorm(candidate, silentMs)) return neighbour
  return catalog.services.has(service)
    ? relateInReach(service, candidate, reach(service))
    : relateInStorm(service, candidate, catalog)
}

function isStorm({ recentAlerts }: Candidate, silentMs: number): boolean {
  return silentMs <= STORM_GAP_MS && recentAlerts >= STORM_ALERTS
}

function relateNeighbour(catalog: ServiceCatalog, service: string, candidate: Candidate): GroupingReason | undefined {
  const neighbour = [...candidate.services].find((other) => areNeighbours(catalog, service, other))
  if (neighbour === undefined) return undefined
  const direction = dependsOn(catalog, service, neighbour)
    ? `${service} depends on ${neighbour}`
    : `${neighbour} depends on ${service}`
  return { rule: 'neighbour', text: `${direction}, and both fire within the grouping window.` }
}

function relateInReach(service: string, candidate: Candidate, reach: ReadonlySet<string>): GroupingReason | undefined {
  const other = [...candidate.services].find((name) => reach.has(name))
  if (other === undefined) return undefined
  return { rule: 'in_reach', text: `${service} and ${other} have a neighbour in common, and both fire at once.` }
}

function relateInStorm(service: string, { services }: Candidate, catalog: ServiceCatalog): GroupingReason | undefined {
  const known = [...services].filter((name) => catalog.services.has(name)).length
  if (known < STORM_SERVICES) return undefined
  return { rule: 'in_storm', text: `${service} is not in the catalog, and fires amid a storm of alerts here.` }
}

const CLOSENESS: readonly GroupingReason['rule'][] = ['same_service', 'same_name', 'neighbour', 'in_reach', 'in_storm']

interface Related {
  readonly candidate: Candidate
  readonly reason: GroupingReason
}

/** Same service before neighbour, worked on before closed, then the one that is most alive, and the later one. */
export function byCloseness(left: Related, right: Related): number {
  return (
    CLOSENESS.indexOf(left.reason.rule) - CLOSENESS.indexOf(right.reason.rule) ||
    Number(right.candidate.isOpen) - Number(left.candidate.isOpen) ||
    right.candidate.lastAlertAt.getTime() - left.candidate.lastAlertAt.getTime() ||
    right.candidate.openedAt.getTime() - left.candidate.openedAt.getTime()
  )
}
