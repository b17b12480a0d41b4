import { COUNTERSIGN } from '../../domain/actor.ts'
import type { Deps } from '../dependencies.ts'
import type { Incident, IncidentState } from '../../domain/incident.ts'
import type { OutboxMessage } from '../../ports/outbox.ts'
import type { Stores } from '../../ports/stores.ts'
import type { SurfaceName } from '../../domain/surface.ts'
import type { SurfaceNews } from './surface-watch.ts'

/** Beyond so many of one state the others show it with their next change. */
const MOST_CARDS = 200
const WORKED_ON: readonly IncidentState[] = ['open', 'acknowledged', 'mitigated']

/**
 * A surface was lost, or answers again: on record, and every open card on the other surfaces says so, those that wait
 * for a decision first. The surface itself is not asked to show its own absence.
 */
export async function recordSurfaceState(deps: Deps, surface: SurfaceName, news: SurfaceNews): Promise<void> {
  const { isReachable, forMs, detail } = news
  await deps.unitOfWork.run(async (stores) => {
    if (!(await stores.surfaceStates.mark({ surface, isReachable, detail }, forMs))) return
    await stores.audit.append([
      deps.seal({
        event: isReachable ? 'surface.recovered' : 'surface.lost',
        actor: COUNTERSIGN,
        origin: 'clock',
        outcome: isReachable ? 'success' : 'failure',
        target: { system: surface, resource: `surface ${surface}`, environment: null },
        details: { surface, ...(detail === null ? {} : { detail }) },
      }),
    ])
    const lists = await Promise.all(WORKED_ON.map((state) => stores.incidents.list({ state, limit: MOST_CARDS })))
    await stores.outbox.append(await Promise.all(lists.flat().map((incident) => cardOf(stores, incident, surface))))
  })
}

async function cardOf(stores: Stores, incident: Incident, except: SurfaceName): Promise<OutboxMessage> {
  const proposal = await stores.proposalQueries.findCurrent(incident.id)
  const priority = proposal?.state === 'pending' ? 'approval' : 'status'
  return { kind: 'card', incidentId: incident.id, priority, except }
}
