import { setTimeout as delay } from 'node:timers/promises'
import { ENDED_RUN_STATES } from '../domain/run.ts'
import { FencedError } from '../kernel/errors.ts'
import type { Stores } from '../ports/stores.ts'
import type { DatabaseTrouble } from './database-trouble.ts'
import type { Deps } from './dependencies.ts'
import type { KeptLease } from './heartbeat.ts'

/** Between tries to give a run back, and until it is advanced again. */
const AGAIN_MS: Readonly<Record<DatabaseTrouble, number>> = { away: 500, unwritable: 2_000 }
/** Often enough that the lookout sees it claimed again and again (`Patience.unwritableMs`). */
const AGAIN_AT_LEAST_EVERY_MS = 30_000
/** What cannot be put on record is tried again after this part of the time for which it could not. */
const PART_OF_TROUBLE = 4

const CANNOT_RECORD = 'Nothing more is sent: it cannot be put on record. It goes on by itself when that is mended'

/**
 * An outage is no fault of the run: as soon as the database answers, the run is given back cleanly, so that outages do
 * not add up to a poison run. When it does not answer in the time of the lease, the lease runs out. Where only some of
 * it can be written, the card says what is wrong.
 */
export async function giveBackWhenPossible(deps: Deps, held: KeptLease, trouble: DatabaseTrouble): Promise<void> {
  const afterMs = againAfterMs(trouble, held.lease.unwritableForMs)
  while (!held.signal.aborted) {
    try {
      await giveBackRun(deps, held, afterMs, trouble)
      return
    } catch (error) {
      if (error instanceof FencedError) return
      await delay(AGAIN_MS.away, undefined, { signal: held.signal }).catch(() => undefined)
    }
  }
}

/** A right that nobody gives back, or a statement that always times out, is not asked for every two seconds for ever. */
function againAfterMs(trouble: DatabaseTrouble, unwritableForMs: number | null): number {
  const longer = trouble === 'unwritable' ? (unwritableForMs ?? 0) / PART_OF_TROUBLE : 0
  return Math.max(AGAIN_MS[trouble], Math.min(longer, AGAIN_AT_LEAST_EVERY_MS))
}

/** Giving back and coming back are one transaction: no run is given back without somebody to go on with it. */
export async function giveBackRun(
  deps: Deps,
  held: KeptLease,
  afterMs: number,
  trouble: DatabaseTrouble | null,
): Promise<void> {
  const { id } = held.lease.run
  await deps.unitOfWork.run(async (stores) => {
    await tellOnCard(stores, held, trouble)
    if (trouble === null) await stores.leasedRuns.release(held.lease, afterMs)
    else await stores.leasedRuns.lapse(held.lease, afterMs, trouble === 'unwritable')
    await stores.jobs.enqueue('run.advance', { runId: id }, { singletonKey: id, startAfterMs: afterMs })
  })
}

/** The state does not change, so there is nothing to put on record. */
async function tellOnCard(stores: Stores, { lease }: KeptLease, trouble: DatabaseTrouble | null): Promise<void> {
  const isTold = lease.run.detail === CANNOT_RECORD
  const isToBeTold = trouble === 'unwritable'
  if (trouble === 'away' || isTold === isToBeTold) return
  const run = await stores.runs.find(lease.run.id)
  if (run === undefined || ENDED_RUN_STATES.includes(run.state)) return
  await stores.leasedRuns.move(lease, [run.state], run.state, isToBeTold ? CANNOT_RECORD : null)
  await stores.outbox.append([{ kind: 'card', incidentId: run.incidentId, priority: 'status' }])
}
