import { COUNTERSIGN } from '../domain/actor.ts'
import { QUIET_MS } from '../triage/symptom-state.ts'
import { tellOfIncident } from './incident-moves.ts'
import type { Deps } from './dependencies.ts'

const MAX_PER_TICK = 100

/** On the clock's tick: incidents of which nothing has fired for ten minutes of database time become mitigated. */
export async function watchQuiet(deps: Deps): Promise<readonly string[]> {
  const quiet = await deps.stores.incidents.list({ quietForMs: QUIET_MS, limit: MAX_PER_TICK })
  const mitigated: string[] = []
  for (const { id } of quiet) {
    const isMoved = await deps.unitOfWork.run(async (stores) => {
      const moved = await stores.incidents.move(id, ['open', 'acknowledged'], 'mitigated', { isQuietForMs: QUIET_MS })
      if (moved === undefined) return false
      await tellOfIncident(deps, stores, moved, {
        actor: COUNTERSIGN,
        origin: 'clock',
        event: 'incident.mitigated',
        text: 'No alert has fired for 10 minutes: mitigated. A person resolves it.',
      })
      return true
    })
    if (isMoved) mitigated.push(id)
  }
  return mitigated
}
