import type { Alert, AlertStatus } from '../domain/alert.ts'
import { environmentKey } from '../domain/environment.ts'
import { mayTakeFiringAlert } from './symptom-state.ts'
import type { Incident } from '../domain/incident.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'
import { findService } from '../domain/service-catalog.ts'

/** What grouping looks at in an alert of this delivery. */
export interface GroupableAlert {
  readonly fingerprint: string
  readonly status: AlertStatus
  readonly name: string
  readonly service: string | null
  readonly environment: string | null
  readonly startsAt: Date
  /** The incident of the row that it repeats, ends or gives way to (settle-reports.ts); null for what is new. */
  readonly belongsTo: string | null
}

/** An incident that an alert may join, with what its alerts say. */
export interface JoinableIncident {
  readonly incident: Pick<
    Incident,
    'id' | 'service' | 'environment' | 'state' | 'quietSince' | 'mitigatedAt' | 'resolvedAt' | 'updatedAt'
  >
  readonly services: readonly string[]
  readonly alertNames: readonly string[]
  /** When its newest alert came, or when it was opened. */
  readonly lastAlertAt: Date
}

/** An alert row that has one of the fingerprints of this delivery. */
export type KnownAlert = Pick<Alert, 'fingerprint' | 'startsAt'> & {
  /** null for a resolve that came before its fire. */
  readonly incidentId: string | null
}

export interface GroupingInput<A extends GroupableAlert> {
  readonly alerts: readonly A[]
  readonly joinable: readonly JoinableIncident[]
  readonly known: readonly KnownAlert[]
  readonly catalog: ServiceCatalog
  readonly windowMs: number
  readonly now: Date
}

/** Why an alert went where it went; one sentence for the timeline. */
export interface GroupingReason {
  readonly rule:
    | 'same_alert'
    | 'same_service'
    | 'neighbour'
    | 'same_name'
    | 'fires_again'
    | 'nothing_to_join'
    | 'resolved_before_it_fired'
  readonly text: string
}

export type Assignment<A extends GroupableAlert> = { readonly alert: A; readonly reason: GroupingReason } & (
  | { readonly to: 'incident'; readonly incidentId: string }
  /** A new incident of this delivery; equal numbers are one incident. */
  | { readonly to: 'new'; readonly group: number }
  /** A resolve of an alert that we never saw fire: remembered, so that a late fire does not ring. */
  | { readonly to: 'none' }
)

interface Candidate {
  readonly target: { readonly incidentId: string } | { readonly group: number }
  readonly isOpen: boolean
  readonly environment: string | null
  readonly services: Set<string>
  readonly names: Set<string>
  lastAlertAt: Date
}

/**
 * Joins or opens: the same alert goes where it is, then the same service, then a direct neighbour in the dependency
 * graph whose newest alert is not older than the window. Environments never mix. The alerts of one delivery are
 * looked at in the order they began, and each new group is there for the next alert to join.
 */
export function groupAlerts<A extends GroupableAlert>(input: GroupingInput<A>): readonly Assignment<A>[] {
  const candidates = input.joinable.filter((one) => isJoinable(one, input)).map(toCandidate)
  const inOrder = [...input.alerts].sort(
    (left, right) => statusOrder(left) - statusOrder(right) || left.startsAt.getTime() - right.startsAt.getTime(),
  )
  const placed: Assignment<A>[] = []
  let groups = 0
  for (const alert of inOrder) {
    const assignment = placeKnown(alert, input, placed) ?? placeByRelation(alert, candidates, input)
    if (assignment !== undefined) {
      placed.push(assignment)
      continue
    }
    if (alert.status === 'resolved') {
      placed.push({ alert, to: 'none', reason: RESOLVED_FIRST })
      continue
    }
    placed.push({ alert, to: 'new', group: groups, reason: nothingToJoin(alert) })
    candidates.push(newCandidate(alert, groups, input.now))
    groups += 1
  }
  return placed
}

/** The services whose incidents an alert of these may join: themselves and their direct neighbours. */
export function relatedServices(catalog: ServiceCatalog, services: readonly string[]): readonly string[] {
  const own = new Set(services)
  const dependents = [...catalog.services.values()]
    .filter((service) => service.dependsOn.some((name) => own.has(name)))
    .map((service) => service.name)
  const dependencies = [...own].flatMap((name) => findService(catalog, name)?.dependsOn ?? [])
  return [...new Set([...own, ...dependents, ...dependencies])]
}

const RESOLVED_FIRST: GroupingReason = {
  rule: 'resolved_before_it_fired',
  text: 'It was resolved before it was seen to fire.',
}

function isSameEnvironment(left: string | null, right: string | null): boolean {
  return environmentKey(left) === environmentKey(right)
}

/** What fires comes first, so that a resolve of the same delivery finds its incident. */
function statusOrder(alert: GroupableAlert): number {
  return alert.status === 'firing' ? 0 : 1
}

function isJoinable(one: JoinableIncident, input: Pick<GroupingInput<GroupableAlert>, 'now' | 'windowMs'>): boolean {
  return mayTakeFiringAlert(one.incident, input.now, input.windowMs)
}

function toCandidate(one: JoinableIncident): Candidate {
  const services = new Set(one.services)
  if (one.incident.service !== null) services.add(one.incident.service)
  return {
    target: { incidentId: one.incident.id },
    isOpen: one.incident.state === 'open' || one.incident.state === 'acknowledged',
    environment: one.incident.environment,
    services,
    names: new Set(one.alertNames),
    lastAlertAt: one.lastAlertAt,
  }
}

function newCandidate(alert: GroupableAlert, group: number, now: Date): Candidate {
  return {
    target: { group },
    isOpen: true,
    environment: alert.environment,
    services: new Set(alert.service === null ? [] : [alert.service]),
    names: new Set([alert.name]),
    lastAlertAt: now,
  }
}

/** The same alert, by fingerprint: in a row that we have, or earlier in this delivery. */
function placeKnown<A extends GroupableAlert>(
  alert: A,
  input: GroupingInput<A>,
  placed: readonly Assignment<A>[],
): Assignment<A> | undefined {
  if (alert.belongsTo !== null) return toIncident(alert, alert.belongsTo, SAME_ALERT)
  const twin = placed.find((one) => one.alert.fingerprint === alert.fingerprint && one.to !== 'none')
  if (twin !== undefined) return { ...twin, alert, reason: SAME_ALERT }
  return alert.status === 'firing' ? placeRefire(alert, input) : undefined
}

const SAME_ALERT: GroupingReason = { rule: 'same_alert', text: 'It is the same alert.' }

/** It fired before: back to its incident while that is worked on, or within the window after it was closed. */
function placeRefire<A extends GroupableAlert>(alert: A, input: GroupingInput<A>): Assignment<A> | undefined {
  const rows = input.known.filter((row) => row.fingerprint === alert.fingerprint)
  const newestFirst = rows.sort((left, right) => right.startsAt.getTime() - left.startsAt.getTime())
  for (const row of newestFirst) {
    const home = input.joinable.find((one) => one.incident.id === row.incidentId)
    if (
      home !== undefined &&
      isJoinable(home, input) &&
      isSameEnvironment(home.incident.environment, alert.environment)
    ) {
      return toIncident(alert, home.incident.id, {
        rule: 'fires_again',
        text: `${alert.name} fires again.`,
      })
    }
  }
  return undefined
}

function placeByRelation<A extends GroupableAlert>(
  alert: A,
  candidates: readonly Candidate[],
  input: GroupingInput<A>,
): Assignment<A> | undefined {
  const related = candidates
    .filter((candidate) => isSameEnvironment(candidate.environment, alert.environment))
    .map((candidate) => ({ candidate, reason: relate(alert, candidate, input) }))
    .filter((one): one is { candidate: Candidate; reason: GroupingReason } => one.reason !== undefined)
    .sort(byCloseness)
  const best = related[0]
  if (best === undefined) return undefined
  if (alert.status === 'firing') remember(best.candidate, alert, input.now)
  const { target } = best.candidate
  return 'incidentId' in target
    ? toIncident(alert, target.incidentId, best.reason)
    : { alert, to: 'new', group: target.group, reason: best.reason }
}

function remember(candidate: Candidate, alert: GroupableAlert, now: Date): void {
  if (alert.service !== null) candidate.services.add(alert.service)
  candidate.names.add(alert.name)
  candidate.lastAlertAt = now
}

function relate<A extends GroupableAlert>(
  alert: A,
  candidate: Candidate,
  input: GroupingInput<A>,
): GroupingReason | undefined {
  const { service } = alert
  const isRecent = input.now.getTime() - candidate.lastAlertAt.getTime() <= input.windowMs
  if (service === null) {
    const isSame = candidate.services.size === 0 && candidate.names.has(alert.name) && isRecent
    return isSame ? { rule: 'same_name', text: `Neither names a service, and both are ${alert.name}.` } : undefined
  }
  if (candidate.services.has(service)) return { rule: 'same_service', text: `It is about ${service} as well.` }
  if (!isRecent) return undefined
  const neighbour = [...candidate.services].find((other) => areNeighbours(input.catalog, service, other))
  if (neighbour === undefined) return undefined
  const direction = dependsOn(input.catalog, service, neighbour)
    ? `${service} depends on ${neighbour}`
    : `${neighbour} depends on ${service}`
  return { rule: 'neighbour', text: `${direction}, and both fire within the grouping window.` }
}

function areNeighbours(catalog: ServiceCatalog, left: string, right: string): boolean {
  return dependsOn(catalog, left, right) || dependsOn(catalog, right, left)
}

function dependsOn(catalog: ServiceCatalog, dependent: string, dependency: string): boolean {
  return findService(catalog, dependent)?.dependsOn.includes(dependency) ?? false
}

const CLOSENESS: readonly GroupingReason['rule'][] = ['same_service', 'same_name', 'neighbour']

interface Related {
  readonly candidate: Candidate
  readonly reason: GroupingReason
}

/** Same service before neighbour, worked on before closed, then the one that is most alive. */
function byCloseness(left: Related, right: Related): number {
  return (
    CLOSENESS.indexOf(left.reason.rule) - CLOSENESS.indexOf(right.reason.rule) ||
    Number(right.candidate.isOpen) - Number(left.candidate.isOpen) ||
    right.candidate.lastAlertAt.getTime() - left.candidate.lastAlertAt.getTime()
  )
}

function toIncident<A extends GroupableAlert>(alert: A, incidentId: string, reason: GroupingReason): Assignment<A> {
  return { alert, to: 'incident', incidentId, reason }
}

function nothingToJoin(alert: GroupableAlert): GroupingReason {
  const about = alert.service === null ? 'no service is named' : `nothing is open for ${alert.service}`
  return { rule: 'nothing_to_join', text: `It opens an incident: ${about} or a neighbour of it here.` }
}
