import type { Deps } from './dependencies.ts'

/** After this long without a holder a run counts as stuck, and somebody has to look (TRUST T32). */
const STUCK_AFTER_MS = 60_000
const AT_ONCE = 200

/**
 * The clock's part in running: hints may be lost with the process that held them, so every tick makes new ones for the
 * runs that nobody holds. Whoever is still unheld after a minute, for all the hints, is an alarm.
 */
export async function sweepRuns(deps: Deps): Promise<{ readonly advanced: number; readonly stuck: number }> {
  const abandoned = await deps.stores.runSweep.listAbandoned(AT_ONCE)
  for (const runId of abandoned) {
    await deps.stores.jobs.enqueue('run.advance', { runId }, { singletonKey: runId })
  }
  const stuck = await deps.stores.runSweep.listStuck(STUCK_AFTER_MS)
  for (const run of stuck) {
    deps.log.error(
      { runId: run.id, state: run.state, idleMs: Math.round(run.idleMs) },
      'a run is stuck: no replica has advanced it for a minute; check that a worker is up and look at its log',
    )
  }
  return { advanced: abandoned.length, stuck: stuck.length }
}
