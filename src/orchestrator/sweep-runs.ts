import type { Deps } from './dependencies.ts'

const AT_ONCE = 200

/**
 * The clock's part in running: hints may be lost with the process that held them, so every tick makes new ones for the
 * runs that nobody holds. Whoever is still unheld after that, for all the hints, is found by the lookout.
 */
export async function sweepRuns(deps: Deps): Promise<{ readonly advanced: number }> {
  const abandoned = await deps.stores.runSweep.listAbandoned(AT_ONCE)
  for (const runId of abandoned) {
    await deps.stores.jobs.enqueue('run.advance', { runId }, { singletonKey: runId })
  }
  return { advanced: abandoned.length }
}
