import { BEGINS_BEFORE_PARKING } from './run-tick.ts'
import { askerOf } from './freeze-service.ts'
import type { DeadJob } from '../ports/job-queue.ts'
import type { Deps } from './dependencies.ts'
import type { Origin } from '../domain/surface.ts'

export interface TryJobsAgainInput {
  readonly ids: readonly string[] | 'all'
  readonly origin: Origin
  readonly listDead: () => Promise<readonly DeadJob[]>
  readonly retryDead: (ids: readonly string[]) => Promise<readonly DeadJob[]>
}

/**
 * Jobs that were given up are tried again as new ones, and with `all` the duties of the clock that were set aside, once
 * whoever holds the machine has mended the reason. What was done again, in words.
 */
export async function tryJobsAgain(deps: Deps, input: TryJobsAgainInput): Promise<readonly string[]> {
  const { actor } = askerOf(deps, null)
  const ids = input.ids === 'all' ? (await input.listDead()).map(({ id }) => id) : input.ids
  const jobs = ids.length === 0 ? [] : await input.retryDead(ids)
  const duties = input.ids === 'all' ? await deps.stores.clockDuties.resume(BEGINS_BEFORE_PARKING) : []
  const again = [...jobs.map(({ id, queue }) => `${id} ${queue ?? ''}`), ...duties.map((name) => `duty ${name}`)]
  if (again.length === 0) return []
  const target = { system: 'countersign', resource: 'jobs', environment: null }
  const record = { event: 'jobs.retried', actor, origin: input.origin, outcome: 'success', target } as const
  await deps.stores.audit.append([deps.seal({ ...record, details: { again } })])
  return again
}
