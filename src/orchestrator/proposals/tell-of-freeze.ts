import { servicesHeld } from '../../policy/held-freezes.ts'
import type { Actor } from '../../domain/actor.ts'
import type { Origin } from '../../domain/surface.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'

export interface FreezeNews {
  readonly event: 'freeze.set' | 'freeze.lifted'
  readonly actor: Actor
  readonly origin: Origin
  /** null for all. */
  readonly service: string | null
  readonly text: string
  readonly details: JsonObject
}

const MOST_INCIDENTS = 200

/** Audit leaf, and for every incident it touches a timeline entry and a fresh card, in the freeze's own transaction. */
export async function tellOfFreeze(deps: Deps, stores: Stores, news: FreezeNews): Promise<void> {
  await stores.audit.append([
    deps.seal({
      event: news.event,
      actor: news.actor,
      origin: news.origin,
      outcome: 'success',
      target: { system: 'countersign', resource: news.service ?? 'all', environment: null, service: news.service },
      details: news.details,
    }),
  ])
  const incidentIds = [...(await listTouched(deps, stores, news.service))]
  await stores.timeline.append(
    incidentIds.map((incidentId) => ({
      incidentId,
      actor: news.actor,
      origin: news.origin,
      event: news.event,
      text: news.text,
    })),
  )
  await stores.outbox.append(incidentIds.map((incidentId) => ({ kind: 'card', incidentId, priority: 'approval' })))
}

/** Where the symptom is there, and where a plan acts on it, or its undo would. */
async function listTouched({ catalog }: Deps, stores: Stores, service: string | null): Promise<ReadonlySet<string>> {
  const filter = { limit: MOST_INCIDENTS, ...(service === null ? {} : { service }) }
  const incidents = await stores.incidents.list(filter)
  const own = incidents.filter(({ state }) => state !== 'resolved').map(({ id }) => id)
  if (service === null) return new Set(own)
  const plans = await stores.cardQueries.listPlans()
  const others = plans.filter((plan) => servicesHeld(catalog, null, [plan]).undo.includes(service))
  return new Set([...own, ...others.map(({ incidentId }) => incidentId)])
}
