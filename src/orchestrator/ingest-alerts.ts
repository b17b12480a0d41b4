import { environmentKey, namesOfEnvironment } from '../domain/environment.ts'
import { groupAlerts } from '../triage/group-alerts.ts'
import { relatedServices, servicesInReach } from '../triage/services-around.ts'
import { STORM_GAP_MS } from '../triage/relate-alert.ts'
import { INSTALLATION, servicePrincipal } from './authorization-subjects.ts'
import { NewCards, readStanding } from './ingest/new-cards.ts'
import type { Standing } from './ingest/new-cards.ts'
import { groupingLocks } from './ingest/grouping-locks.ts'
import { placeAlerts } from './ingest/place-alerts.ts'
import { prepareAlert } from './ingest/prepare-alerts.ts'
import type { PreparedAlert } from './ingest/prepare-alerts.ts'
import { requireAuthorized } from './require-authorized.ts'
import { settleReports, tellsOfFire } from '../triage/settle-reports.ts'
import type { Settlement } from '../triage/settle-reports.ts'
import { tellOfAlerts } from './ingest/tell-of-alerts.ts'
import type { AlertsOutcome, PlacedAlert } from './ingest/place-alerts.ts'
import type { Delivery } from '../ports/delivery-store.ts'
import type { Deps } from './dependencies.ts'
import type { GroupingContext } from '../ports/alert-store.ts'
import type { IncomingAlert } from '../domain/alert.ts'
import type { IngestAnswer, IngestResult, RejectedItem } from './ingest/ingest-result.ts'
import type { Stores } from '../ports/stores.ts'

export interface IngestAlertsInput extends Delivery {
  readonly alerts: readonly IncomingAlert[]
  /** What the adapter could not read; listed in the answer, while the others count. */
  readonly rejected: readonly RejectedItem[]
}

/**
 * Everything of one delivery in one transaction: the delivery itself, the alerts, the incidents they open or join, the
 * timeline, the audit leaves, the card in the outbox and the job that looks for the cause. Who is answered 202 can
 * forget the request; who is not sends it again, and the second time counts once.
 */
export async function ingestAlerts(deps: Deps, input: IngestAlertsInput): Promise<IngestResult> {
  await requireAuthorized(deps, {
    principal: servicePrincipal(input.source),
    action: 'ingest',
    resource: INSTALLATION,
    origin: 'webhook',
  })
  const prepared = input.alerts.map((alert) => prepareAlert(deps, alert))
  const cards = new NewCards(deps)
  const { result, outcome } = await storeDelivery(deps, { input, prepared, cards }).catch((error: unknown) => {
    cards.release()
    throw error
  })
  cards.post()
  count(deps, input, result, outcome)
  return result
}

interface DeliveryWork {
  readonly input: IngestAlertsInput
  readonly prepared: readonly PreparedAlert[]
  readonly cards: NewCards
}

interface Stored {
  readonly result: IngestResult
  readonly outcome: AlertsOutcome | undefined
}

function storeDelivery(deps: Deps, work: DeliveryWork): Promise<Stored> {
  const { input, prepared } = work
  const expected = { accepted: prepared.length, duplicates: 0, rejected: input.rejected }
  const locks = groupingLocks(deps.catalog, prepared)
  const reading = readStanding(deps)
  reading.catch(() => undefined)
  return deps.unitOfWork.run(async (stores) => {
    // Sent together and carried out in this order: what the second reads, the locks of the first hold.
    const [first, context] = await Promise.all([
      stores.deliveries.accept(input, { locks, answer: expected }),
      prepared.length === 0 ? undefined : loadContext(deps, stores, prepared),
    ])
    if (first !== undefined && !firesAgain(prepared, context)) {
      return { result: { ...first, replayed: true }, outcome: undefined }
    }
    const placed =
      context === undefined
        ? undefined
        : await placeAndTell(deps, stores, { ...work, context, standing: await reading })
    const answer = answerOf(input, prepared, placed)
    if (first !== undefined || answer.duplicates > 0) await stores.deliveries.answer(input, 202, { ...answer })
    return { result: { status: 202, answer: { ...answer }, replayed: false }, outcome: placed }
  })
}

interface Placing extends DeliveryWork {
  readonly context: GroupingContext
  readonly standing: Standing
}

/**
 * What Alertmanager says first of an alert and what it says when it fires again after it lost sight of Prometheus are
 * the same bytes. They are no replay while we hold for resolved what they say fires.
 */
function firesAgain(prepared: readonly PreparedAlert[], context: GroupingContext | undefined): boolean {
  if (context === undefined || !prepared.some((alert) => alert.status === 'firing')) return false
  return tellsOfFire(prepared, context.known, context.now)
}

function loadContext(deps: Deps, stores: Stores, prepared: readonly PreparedAlert[]): Promise<GroupingContext> {
  const services = prepared.map((alert) => alert.service)
  const named = services.filter((service) => service !== null)
  return stores.alerts.loadForGrouping({
    environments: prepared.flatMap((alert) => namesOfEnvironment(environmentKey(alert.environment))),
    services: relatedServices(deps.catalog, named),
    withoutService: services.includes(null),
    fingerprints: [...new Set(prepared.map((alert) => alert.fingerprint))],
    startsAt: prepared.map((alert) => alert.startsAt),
    windowMs: deps.settings.groupingWindowMs,
    storm: {
      services: servicesInReach(deps.catalog, named),
      anyService: named.some((service) => !deps.catalog.services.has(service)),
      gapMs: STORM_GAP_MS,
    },
  })
}

async function placeAndTell(deps: Deps, stores: Stores, work: Placing): Promise<AlertsOutcome> {
  const { input, prepared, context, standing, cards } = work
  const settled = settleReports(prepared, context.known, context.now)
  const assignments = groupAlerts({
    alerts: settled.filter((one) => one.isOwn).map(toGroupable),
    joinable: context.joinable,
    known: context.known,
    catalog: deps.catalog,
    windowMs: deps.settings.groupingWindowMs,
    now: context.now,
  })
  const outcome = await placeAlerts(stores, { settled, assignments, context })
  await Promise.all([
    tellOfAlerts(deps, stores, { delivery: input, outcome }),
    cards.reserve(stores, outcome.incidents, standing),
  ])
  return outcome
}

/** Grouped by what was reported: an alert that is over already still opens its incident, as it would have in time. */
function toGroupable(settlement: Settlement<PreparedAlert>): PlacedAlert {
  const { report, startsAt, belongsTo } = settlement
  const { fingerprint, status, name, service, environment } = report
  return { fingerprint, status, name, service, environment, startsAt, belongsTo, settlement }
}

/** A report counts as a duplicate when none of the rows it led to changed. */
function answerOf(input: IngestAlertsInput, prepared: readonly PreparedAlert[], outcome?: AlertsOutcome): IngestAnswer {
  const accepted = prepared.filter((alert) => outcome?.news.has(alert) === true).length
  return { accepted, duplicates: prepared.length - accepted, rejected: input.rejected }
}

function count(deps: Deps, input: IngestAlertsInput, result: IngestResult, outcome: AlertsOutcome | undefined): void {
  const labels = { source: input.source }
  if (result.replayed) {
    deps.telemetry.count('replays', labels)
    return
  }
  const accepted = outcome?.news.size ?? 0
  deps.telemetry.count('alerts_received', labels, input.alerts.length)
  deps.telemetry.count('alerts_duplicate', labels, input.alerts.length - accepted)
  deps.telemetry.count('alerts_rejected', labels, input.rejected.length)
  deps.telemetry.count(
    'incidents_opened',
    { origin: 'alerts' },
    outcome?.incidents.filter((one) => one.isOpened).length ?? 0,
  )
}
