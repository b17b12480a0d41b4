import type { Alert, AlertStatus } from '../domain/alert.ts'
import { environmentKey } from '../domain/environment.ts'
import { findWave, LEAST_WAVE } from './find-wave.ts'
import { mayTakeFiringAlert } from './symptom-state.ts'
import { byCloseness, GROUPING_FEATURES, relate, STORM_GAP_MS } from './relate-alert.ts'
import type { Candidate, GroupingFeature, GroupingReason, Surroundings } from './relate-alert.ts'
import { servicesInReach } from './services-around.ts'
import type { Incident } from '../domain/incident.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

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
    'id' | 'service' | 'environment' | 'state' | 'openedAt' | 'quietSince' | 'mitigatedAt' | 'resolvedAt' | 'updatedAt'
  >
  readonly services: readonly string[]
  readonly alertNames: readonly string[]
  /** When its newest alert came, or when it was opened. */
  readonly lastAlertAt: Date
  /** How many of its alerts came in the last minute. */
  readonly recentAlerts: number
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

export type Assignment<A extends GroupableAlert> = { readonly alert: A; readonly reason: GroupingReason } & (
  | { readonly to: 'incident'; readonly incidentId: string }
  /** A new incident of this delivery; equal numbers are one incident. */
  | { readonly to: 'new'; readonly group: number }
  /** A resolve of an alert that we never saw fire: remembered, so that a late fire does not ring. */
  | { readonly to: 'none' }
)

/**
 * Joins or opens: the same alert goes where it is, then the same service, then a direct neighbour in the dependency
 * graph whose newest alert is not older than the window, then what is in reach of an incident that had an alert just
 * now. An incident takes nothing of a wave that begins after it (find-wave.ts). Environments never mix. The alerts of
 * one delivery are looked at in the order they began, and each new group is there for the next alert to join.
 */
export function groupAlerts<A extends GroupableAlert>(
  given: GroupingInput<A>,
  features: readonly GroupingFeature[] = GROUPING_FEATURES,
): readonly Assignment<A>[] {
  const input = { ...given, features, reach: rememberReach(given.catalog) }
  const candidates = input.joinable
    .filter((one) => isJoinable(one, input))
    .map((one) => toCandidate(one, waveAfter(one, input)))
  const inOrder = [...input.alerts].sort(
    (left, right) => statusOrder(left) - statusOrder(right) || left.startsAt.getTime() - right.startsAt.getTime(),
  )
  const placed: Assignment<A>[] = []
  let groups = 0
  for (const alert of inOrder) {
    const assignment = placeKnown(alert, { input, placed, candidates }) ?? placeByRelation(alert, candidates, input)
    if (assignment !== undefined) {
      placed.push(assignment)
      continue
    }
    if (alert.status === 'resolved') {
      placed.push({ alert, to: 'none', reason: RESOLVED_FIRST })
      continue
    }
    placed.push({ alert, to: 'new', group: groups, reason: whyNew(alert, candidates, input) })
    candidates.push(newCandidate(alert, groups, input.now))
    groups += 1
  }
  return placed
}

/** Each service's surroundings are looked up once a delivery. */
function rememberReach(catalog: ServiceCatalog): Surroundings['reach'] {
  const seen = new Map<string, ReadonlySet<string>>()
  return (service) => {
    const known = seen.get(service) ?? new Set(servicesInReach(catalog, [service]))
    seen.set(service, known)
    return known
  }
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

/**
 * When the alerts of this delivery that could join an incident are a wave of their own, and since when. One that was
 * opened just now is still growing: its first alerts came before the rest of its wave.
 */
function waveAfter<A extends GroupableAlert>(one: JoinableIncident, input: Input<A>): Date | undefined {
  const ageMs = input.now.getTime() - one.incident.openedAt.getTime()
  const isAsked = input.features.includes('waves') && input.alerts.length >= LEAST_WAVE
  if (ageMs <= STORM_GAP_MS || !isAsked) return undefined
  const around = new Set(one.services.flatMap((service) => [...input.reach(service)]))
  const fresh = input.alerts.filter(
    ({ status, belongsTo, service, environment }) =>
      status === 'firing' &&
      belongsTo === null &&
      service !== null &&
      around.has(service) &&
      isSameEnvironment(environment, one.incident.environment),
  )
  return findWave(fresh, { recentAlerts: one.recentAlerts, isAtRest: isAtRest(one, input.now) })
}

function isAtRest({ incident, lastAlertAt }: JoinableIncident, now: Date): boolean {
  return incident.quietSince !== null && now.getTime() - lastAlertAt.getTime() > STORM_GAP_MS
}

function toCandidate(one: JoinableIncident, closedFrom: Date | undefined): Candidate {
  const services = new Set(one.services)
  if (one.incident.service !== null) services.add(one.incident.service)
  return {
    target: { incidentId: one.incident.id },
    openedAt: one.incident.openedAt,
    recentAlerts: one.recentAlerts,
    closedFrom,
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
    openedAt: now,
    recentAlerts: 1,
    closedFrom: undefined,
    isOpen: true,
    environment: alert.environment,
    services: new Set(alert.service === null ? [] : [alert.service]),
    names: new Set([alert.name]),
    lastAlertAt: now,
  }
}

type Input<A extends GroupableAlert> = GroupingInput<A> & Surroundings

interface SoFar<A extends GroupableAlert> {
  readonly input: Input<A>
  readonly placed: readonly Assignment<A>[]
  readonly candidates: readonly Candidate[]
}

/** The same alert, by fingerprint: in a row that we have, or earlier in this delivery. */
function placeKnown<A extends GroupableAlert>(alert: A, soFar: SoFar<A>): Assignment<A> | undefined {
  if (alert.belongsTo !== null) return toIncident(alert, alert.belongsTo, SAME_ALERT)
  const twin = soFar.placed.find((one) => one.alert.fingerprint === alert.fingerprint && one.to !== 'none')
  if (twin !== undefined) return { ...twin, alert, reason: SAME_ALERT }
  const mayRefire = alert.status === 'firing' && soFar.input.features.includes('refires')
  return mayRefire ? placeRefire(alert, soFar) : undefined
}

const SAME_ALERT: GroupingReason = { rule: 'same_alert', text: 'It is the same alert.' }

/**
 * It fired before: back to its incident while that is worked on, or within the window after it was closed. Where a
 * later incident of its service is growing, it belongs to what is happening now.
 */
function placeRefire<A extends GroupableAlert>(alert: A, soFar: SoFar<A>): Assignment<A> | undefined {
  const { input, candidates } = soFar
  const rows = input.known.filter((row) => row.fingerprint === alert.fingerprint)
  const newestFirst = rows.sort((left, right) => right.startsAt.getTime() - left.startsAt.getTime())
  for (const row of newestFirst) {
    const home = candidates.find(({ target }) => 'incidentId' in target && target.incidentId === row.incidentId)
    if (home === undefined || row.incidentId === null || !mayTake(home, alert)) continue
    if (isOvertaken(home, alert, soFar)) return undefined
    remember(home, alert, input.now)
    return toIncident(alert, row.incidentId, { rule: 'fires_again', text: `${alert.name} fires again.` })
  }
  return undefined
}

function isOvertaken<A extends GroupableAlert>(home: Candidate, alert: A, { input, candidates }: SoFar<A>): boolean {
  return candidates.some(
    (one) =>
      one.openedAt.getTime() > home.openedAt.getTime() &&
      input.now.getTime() - one.lastAlertAt.getTime() <= STORM_GAP_MS &&
      alert.service !== null &&
      one.services.has(alert.service) &&
      mayTake(one, alert),
  )
}

function mayTake(candidate: Candidate, alert: GroupableAlert): boolean {
  const isBeforeWave = candidate.closedFrom === undefined || alert.startsAt.getTime() < candidate.closedFrom.getTime()
  return isBeforeWave && isSameEnvironment(candidate.environment, alert.environment)
}

function placeByRelation<A extends GroupableAlert>(
  alert: A,
  candidates: readonly Candidate[],
  input: Input<A>,
): Assignment<A> | undefined {
  const related = candidates
    .filter((candidate) => mayTake(candidate, alert))
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
  candidate.recentAlerts += 1
}

function toIncident<A extends GroupableAlert>(alert: A, incidentId: string, reason: GroupingReason): Assignment<A> {
  return { alert, to: 'incident', incidentId, reason }
}

function whyNew<A extends GroupableAlert>(alert: A, candidates: readonly Candidate[], input: Input<A>): GroupingReason {
  const here = candidates.filter((one) => isSameEnvironment(one.environment, alert.environment))
  if (here.some((one) => relate(alert, one, input) !== undefined)) {
    return { rule: 'new_wave', text: 'It opens an incident: a new wave of alerts began.' }
  }
  const about = alert.service === null ? 'no service is named' : `nothing is open for ${alert.service}`
  return { rule: 'nothing_to_join', text: `It opens an incident: ${about} or a neighbour of it here.` }
}
