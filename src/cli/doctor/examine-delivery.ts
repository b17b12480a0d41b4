import { createOutboxQueue } from '../../store/outbox-store.ts'
import { createSurfaceStateStore } from '../../store/surface-state-store.ts'
import { SURFACE_WORDS } from '../../domain/surface.ts'
import { fine, wrong } from './finding.ts'
import type { Database } from '../../store/database.ts'
import type { Finding } from './finding.ts'

/** What could not be said to people, and where nothing can be said now. */
export async function examineDelivery(db: Database): Promise<readonly Finding[]> {
  const { waiting, dead, oldestSeconds } = await createOutboxQueue(db).describe()
  const states = await createSurfaceStateStore(db).list()
  const lost = states
    .filter((state) => !state.isReachable)
    .map(({ surface, since, detail }) =>
      wrong(
        'Delivery',
        `${SURFACE_WORDS[surface]} has not been reachable since ${since.toISOString()}: ${detail ?? 'no answer'}`,
        'What waits is sent when it answers again. Decide on another surface meanwhile.',
      ),
    )
  const age = waiting === 0 ? '' : `, the oldest for ${String(Math.round(oldestSeconds))} s`
  const standing =
    dead === 0
      ? fine('Delivery', `${String(waiting)} message(s) wait${age}; none was given up`)
      : wrong(
          'Delivery',
          `${String(dead)} message(s) were given up`,
          'Run "countersign outbox list" for the reasons, mend them, then "countersign outbox retry all".',
        )
  return [...lost, standing]
}
