import type { Actor } from '../../domain/actor.ts'
import type { Incident } from '../../domain/incident.ts'
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
  const incidents = await listTouched(stores, news.service)
  await stores.timeline.append(
    incidents.map(({ id }) => ({
      incidentId: id,
      actor: news.actor,
      origin: news.origin,
      event: news.event,
      text: news.text,
    })),
  )
  await stores.outbox.append(incidents.map(({ id }) => ({ kind: 'card', incidentId: id, priority: 'approval' })))
}

async function listTouched(stores: Stores, service: string | null): Promise<readonly Incident[]> {
  const filter = { limit: MOST_INCIDENTS, ...(service === null ? {} : { service }) }
  const incidents = await stores.incidents.list(filter)
  return incidents.filter((incident) => incident.state !== 'resolved')
}
