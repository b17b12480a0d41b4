import { chooseChannel } from '../outbox/choose-channel.ts'
import { findService } from '../../domain/service-catalog.ts'
import { NO_APPROVALS } from '../view/view-step-approval.ts'
import { NOTHING_ASKED } from '../view/view-feedback.ts'
import { viewOfRecords } from '../load-incident-view.ts'
import type { Alert } from '../../domain/alert.ts'
import type { Deps } from '../dependencies.ts'
import type { FirstPlace } from '../outbox/first-cards.ts'
import type { Freeze } from '../../domain/freeze.ts'
import type { IncidentOutcome } from './place-alerts.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { Stores } from '../../ports/stores.ts'
import type { SurfaceState } from '../../ports/surface-state-store.ts'

/** Beyond this a card says less than all, as when it is read: the outbox does it then. */
const MOST_ALERTS = 200

/** What of a card is not the incident's own. */
export interface Standing {
  readonly freezes: readonly Freeze[]
  readonly surfaces: readonly SurfaceState[]
}

/**
 * Nobody asks where no deliverer runs in this process. Asked before the transaction is opened, on a connection of its
 * own, so that nothing in it waits for what is only shown; what changes meanwhile, the next refresh shows.
 */
export async function readStanding(deps: Deps): Promise<Standing> {
  if (deps.firstCards.isEmpty()) return { freezes: [], surfaces: [] }
  const { stores } = deps
  const [freezes, surfaces] = await Promise.all([stores.freezes.listActive(), stores.surfaceStates.list()])
  return { freezes, surfaces }
}

interface NewCard {
  readonly place: FirstPlace
  readonly view: IncidentView
}

/**
 * The first cards of the incidents that one delivery opens. What the transaction writes is all there is to say of them,
 * so it is rendered from that, and posted right after the commit where a deliverer runs in this process.
 */
export class NewCards {
  readonly #deps: Deps
  #cards: readonly NewCard[] = []

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** In the transaction: the attempt is on record with the incident itself. Whatever an earlier try reserved is given back. */
  async reserve(stores: Stores, outcomes: readonly IncidentOutcome[], standing: Standing): Promise<void> {
    this.release()
    this.#cards = outcomes.filter(isSmallAndNew).flatMap((outcome) => this.#reserveFor(outcome, standing))
    await Promise.all(
      this.#cards.map(({ place }) => stores.cards.ensure(place.incidentId, place.surface, place.channel, true)),
    )
  }

  /** After the commit. */
  post(): void {
    for (const { place, view } of this.#cards) this.#deps.firstCards.post(place, view)
    this.#cards = []
  }

  release(): void {
    this.#deps.firstCards.release(this.#cards.map(({ place }) => place))
    this.#cards = []
  }

  #reserveFor(outcome: IncidentOutcome, standing: Standing): readonly NewCard[] {
    const { catalog, settings, firstCards } = this.#deps
    const { incident } = outcome
    const owner = findService(catalog, incident.service)?.owner ?? null
    const { severity } = incident
    const places = firstCards.reserve(incident.id, (surface) =>
      chooseChannel(settings.routes, surface, { owner, severity }),
    )
    if (places.length === 0) return []
    const view = viewOfNew(this.#deps, outcome, standing)
    return places.map((place) => ({ place, view }))
  }
}

function isSmallAndNew({ isOpened, changed }: IncidentOutcome): boolean {
  return isOpened && changed.length <= MOST_ALERTS
}

/** Of a new incident there is nothing else yet: no evidence, no proposal, no run. */
function viewOfNew(deps: Deps, { incident, changed }: IncidentOutcome, standing: Standing): IncidentView {
  const alerts = changed.map((one) => ({ ...one.alert, incidentId: incident.id })).sort(inOrder)
  return viewOfRecords(deps, {
    ...{ ...standing, incident, alerts, counts: countsOf(alerts) },
    ...{
      evidence: [],
      decisions: [],
      questions: [],
      fatigued: new Set<string>(),
      runs: [],
      attempts: [],
      preview: null,
    },
    ...{ proposal: undefined, runProposal: undefined, approvals: NO_APPROVALS, findings: NOTHING_FOUND, followUps: [] },
    ...{ glass: [], feedback: NOTHING_ASKED, now: deps.clock.now() },
  })
}

const NOTHING_FOUND = {
  ...{ suspects: [], unknownCause: null, unreachable: [], summary: null },
  ...{ collectedAt: null, noProposal: null, advice: null, followUps: [] },
} as const

/** As they are read: oldest first. */
function inOrder(left: Alert, right: Alert): number {
  return left.startsAt.getTime() - right.startsAt.getTime() || Number(left.id) - Number(right.id)
}

function countsOf(alerts: readonly Alert[]): IncidentView['alerts'] {
  return {
    total: alerts.length,
    distinct: new Set(alerts.map((alert) => alert.fingerprint)).size,
    firing: alerts.filter((alert) => alert.status === 'firing').length,
  }
}
