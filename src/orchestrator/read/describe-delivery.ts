import { SURFACE_WORDS } from '../../domain/surface.ts'
import type { Deps } from '../dependencies.ts'

/** What whoever runs the service should know about messages; empty when all is well. */
export async function describeDelivery(deps: Pick<Deps, 'stores'>): Promise<readonly string[]> {
  const [{ dead }, states] = await Promise.all([deps.stores.outboxQueue.describe(), deps.stores.surfaceStates.list()])
  const lost = states
    .filter((state) => !state.isReachable)
    .map(({ surface, since }) => {
      const at = since.toISOString().slice(0, 16).replace('T', ' ')
      return `${SURFACE_WORDS[surface]} has not been reachable since ${at} UTC; what waits is sent when it answers.`
    })
  const given =
    dead === 0
      ? []
      : [
          `${String(dead)} message(s) were given up: "countersign outbox list" says why, "outbox retry" sends them again.`,
        ]
  return [...lost, ...given]
}
