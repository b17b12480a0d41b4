import { dependentsOf } from '../domain/service-catalog.ts'
import { INSTALLATION, servicePrincipal } from './authorization-subjects.ts'
import { requireAuthorized } from './require-authorized.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import { sourceActor } from '../domain/actor.ts'
import type { ChangeEvent, IncomingChange } from '../domain/change-event.ts'
import type { Delivery } from '../ports/delivery-store.ts'
import type { Deps } from './dependencies.ts'
import type { IngestAnswer, IngestResult, RejectedItem } from './ingest/ingest-result.ts'
import type { Stores } from '../ports/stores.ts'

export interface IngestChangeInput extends Delivery {
  readonly changes: readonly IncomingChange[]
  readonly rejected: readonly RejectedItem[]
}

/**
 * Reports of changes, each merged with what other sources said of the same change (CONTRACT 9). Incidents that are
 * being worked on, on the changed service or on one that depends on it, look for their cause again.
 */
export async function ingestChange(deps: Deps, input: IngestChangeInput): Promise<IngestResult> {
  await requireAuthorized(deps, {
    principal: servicePrincipal(input.source),
    action: 'ingest',
    resource: INSTALLATION,
    origin: 'webhook',
  })
  const result = await deps.unitOfWork.run(async (stores) => {
    const expected = { accepted: input.changes.length, duplicates: 0, rejected: input.rejected }
    const first = await stores.deliveries.accept(input, { locks: [], answer: expected })
    if (first !== undefined) return { ...first, replayed: true }
    const news = await recordAll(stores, input.changes)
    await tellOfChanges(deps, stores, { input, news })
    const answer: IngestAnswer = {
      accepted: news.length,
      duplicates: input.changes.length - news.length,
      rejected: input.rejected,
    }
    if (answer.duplicates > 0) await stores.deliveries.answer(input, 202, { ...answer })
    return { status: 202, answer: { ...answer }, replayed: false }
  })
  if (result.replayed) deps.telemetry.count('replays', { source: input.source })
  else deps.telemetry.count('changes_received', { source: input.source }, input.changes.length)
  return result
}

/** In the order of the services' names, so that two deliveries take the services' locks in the same order. */
async function recordAll(stores: Stores, changes: readonly IncomingChange[]): Promise<readonly ChangeEvent[]> {
  const news: ChangeEvent[] = []
  const inOrder = [...changes].sort((left, right) => (left.service < right.service ? -1 : 1))
  for (const change of inOrder) {
    const { change: recorded, became } = await stores.changes.record(change)
    if (became !== 'duplicate') news.push(recorded)
  }
  return news
}

interface Told {
  readonly input: IngestChangeInput
  readonly news: readonly ChangeEvent[]
}

function servicesOf(news: readonly ChangeEvent[]): string {
  return [...new Set(news.map(({ service }) => service))].toSorted().join(', ')
}

async function tellOfChanges(deps: Deps, stores: Stores, { input, news }: Told): Promise<void> {
  if (news.length === 0) return
  await stores.audit.append([
    deps.seal({
      event: 'changes.received',
      actor: sourceActor(input.source),
      origin: 'webhook',
      outcome: 'success',
      target: { system: 'countersign', resource: servicesOf(news), environment: null },
      receivedAt: deps.clock.now().toISOString(),
      sourceTs: new Date(Math.max(...news.map(({ at }) => at.getTime()))).toISOString(),
      details: { bodyHash: sha256Hex(input.body), changes: news.map((change) => change.id) },
    }),
  ])
  const services = new Set(news.flatMap((change) => [change.service, ...dependentsOf(deps.catalog, change.service)]))
  for (const incidentId of await stores.changes.listTouchedIncidents([...services])) {
    await stores.jobs.enqueue('incident.refresh', { incidentId }, { singletonKey: incidentId })
  }
}
