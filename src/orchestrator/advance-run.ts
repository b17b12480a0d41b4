import { setTimeout as delay } from 'node:timers/promises'
import { executeRun } from '../executor/execute-run.ts'
import { DEFAULT_PACE } from '../executor/executor-deps.ts'
import type { ExecutorDeps, Pace, RunEnd } from '../executor/executor-deps.ts'
import { CRASHES_BEFORE_PARKING, parkRun } from '../executor/park-run.ts'
import { FencedError } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Deps } from './dependencies.ts'
import { keepLease, momentOf } from './heartbeat.ts'
import type { KeptLease } from './heartbeat.ts'
import { tellOfStepApproval } from './proposals/tell-of-step-approval.ts'
import { isDatabaseLoss } from './is-database-loss.ts'

/** Between tries to give a run back, and until it is advanced again. */
const GIVE_BACK_MS = 500

export interface AdvanceOptions {
  readonly pace?: Partial<Pace>
  readonly debugPoint?: ExecutorDeps['debugPoint']
  /** What an older build knows; only tests of two builds side by side pass it. */
  readonly knownActions?: readonly string[]
  /** Only where every crash is the test's own doing is this another number. */
  readonly crashesBeforeParking?: number
}

/**
 * Handler of the job `run.advance`. The job is only a hint: without a lease there is nothing to do, however often the
 * same job comes. What breaks off in a way nobody foresaw leaves the lease to run out, so that it counts as a crash:
 * three of them in a row set the run aside for a person.
 */
export async function advanceRun(
  deps: Deps,
  data: JsonObject,
  drain: AbortSignal,
  options: AdvanceOptions = {},
): Promise<void> {
  const runId = data['runId']
  if (typeof runId !== 'string' || drain.aborted) return
  const claimedAt = momentOf(deps.clock)
  const lease = await deps.stores.runs.claim(runId, deps.settings.replicaId, deps.settings.leaseMs)
  if (lease === undefined) return
  const held = keepLease(deps, lease, claimedAt)
  try {
    await finish(deps, held, await advance(executorDepsOf(deps, options), held, drain, options))
  } catch (error) {
    if (isDatabaseLoss(error)) {
      deps.log.warn({ runId, fence: lease.fence, err: error }, 'the database went away in the middle of a run')
      await giveBackWhenPossible(deps, held)
    } else if (error instanceof FencedError) {
      deps.log.warn({ runId, fence: lease.fence }, 'a run was taken over by another replica')
    } else {
      throw error
    }
  } finally {
    held.stop()
  }
}

/**
 * An outage is no fault of the run: as soon as the database answers, the run is given back cleanly, so that outages do
 * not add up to a poison run. When it does not answer in the time of the lease, the lease runs out.
 */
async function giveBackWhenPossible(deps: Deps, held: KeptLease): Promise<void> {
  while (!held.signal.aborted) {
    try {
      await finish(deps, held, { kind: 'later', afterMs: GIVE_BACK_MS })
      return
    } catch (error) {
      if (error instanceof FencedError) return
      await delay(GIVE_BACK_MS, undefined, { signal: held.signal }).catch(() => undefined)
    }
  }
}

function advance(
  deps: ExecutorDeps,
  held: KeptLease,
  drain: AbortSignal,
  { crashesBeforeParking = CRASHES_BEFORE_PARKING }: AdvanceOptions,
): Promise<RunEnd> {
  return held.lease.crashes >= crashesBeforeParking ? parkRun(deps, held) : executeRun(deps, held, drain)
}

/** Giving back and coming back are one transaction: no run is given back without somebody to go on with it. */
async function finish(deps: Deps, held: KeptLease, end: RunEnd): Promise<void> {
  if (end.kind !== 'later') return
  const { id } = held.lease.run
  await deps.unitOfWork.run(async (stores) => {
    await stores.leasedRuns.release(held.lease, end.afterMs)
    await stores.jobs.enqueue('run.advance', { runId: id }, { singletonKey: id, startAfterMs: end.afterMs })
  })
}

function executorDepsOf(deps: Deps, options: AdvanceOptions = {}): ExecutorDeps {
  const { mode, inflightWindowMs, breakGlass, freezeWindows, approvalsTtlMs, fatigue } = deps.settings
  return {
    stores: deps.stores,
    unitOfWork: deps.unitOfWork,
    actions: deps.actions,
    authorize: deps.authorize,
    seal: deps.seal,
    catalog: deps.catalog,
    configuration: deps.configuration,
    get playbooks() {
      return deps.playbooks
    },
    directory: deps.directory,
    clock: deps.clock,
    log: deps.log,
    telemetry: deps.telemetry,
    randomBytes: deps.randomBytes,
    askApprovers: (stores, proposal, approval) => tellOfStepApproval(deps, stores, proposal, approval),
    settings: {
      ...{ mode, inflightWindowMs, freezeWindows, approvalsTtlMs, fatigue },
      breakGlassPlaybooks: breakGlass.playbooks,
      pace: { ...DEFAULT_PACE, ...options.pace },
    },
    ...(options.knownActions === undefined ? {} : { knownActions: options.knownActions }),
    ...(options.debugPoint === undefined ? {} : { debugPoint: options.debugPoint }),
  }
}
