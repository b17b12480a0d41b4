import { executeRun } from '../executor/execute-run.ts'
import { DEFAULT_PACE } from '../executor/executor-deps.ts'
import type { ExecutorDeps, Pace, RunEnd } from '../executor/executor-deps.ts'
import { CRASHES_BEFORE_PARKING, parkRun } from '../executor/park-run.ts'
import { FencedError } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json.ts'
import { momentOf } from '../kernel/moment.ts'
import type { Deps } from './dependencies.ts'
import { keepLease } from './heartbeat.ts'
import type { KeptLease } from './heartbeat.ts'
import { tellOfStepApproval } from './proposals/tell-of-step-approval.ts'
import { databaseTrouble } from './database-trouble.ts'
import { giveBackRun, giveBackWhenPossible } from './give-back-run.ts'
import type { RunClaims } from './run-claims.ts'
import type { RunGate, RunTurn } from './run-gate.ts'

export interface AdvanceOptions {
  readonly pace?: Partial<Pace>
  readonly debugPoint?: ExecutorDeps['debugPoint']
  /** What an older build knows; only tests of two builds side by side pass it. */
  readonly knownActions?: readonly string[]
  /** Only where every crash is the test's own doing is this another number. */
  readonly crashesBeforeParking?: number
  /** Of the process; without one nobody is tried alone. */
  readonly gate?: Pick<RunGate, 'enter'>
  /** Of the process; without them a claim whose answer is lost counts as a crash. */
  readonly claims?: RunClaims
}

const UNGATED: RunTurn = {
  giveBack: new AbortController().signal,
  becomeAlone: () => Promise.resolve(true),
  leave: () => undefined,
}
/** Another run is tried alone: this one comes back. */
const NOT_NOW_MS = 1_000

/**
 * Handler of the job `run.advance`. The job is only a hint: without a lease there is nothing to do, however often the
 * same job comes. What breaks off in a way nobody foresaw leaves the lease to run out, so that it counts as a crash:
 * three of them in a row set the run aside for a person. The third is made alone (`RunGate`), so that no run is set aside
 * for what another one does to its process.
 */
export async function advanceRun(
  deps: Deps,
  data: JsonObject,
  drain: AbortSignal,
  options: AdvanceOptions = {},
): Promise<void> {
  const runId = data['runId']
  if (typeof runId !== 'string' || drain.aborted) return
  const turn = options.gate === undefined ? UNGATED : await options.gate.enter(drain)
  if (turn === undefined) return
  try {
    await claimAndAdvance(deps, runId, { drain, turn, options })
  } finally {
    turn.leave()
  }
}

interface Advancing {
  readonly drain: AbortSignal
  readonly turn: RunTurn
  readonly options: AdvanceOptions
}

async function claimAndAdvance(deps: Deps, runId: string, advancing: Advancing): Promise<void> {
  const claimedAt = momentOf(deps.clock)
  const { claims } = advancing.options
  const lease = await (claims?.claim(deps, runId, advancing.drain) ??
    deps.stores.runs.claim(runId, deps.settings.replicaId, deps.settings.leaseMs))
  if (lease === undefined) return
  const held = keepLease(deps, lease, claimedAt)
  try {
    const end = await advance(executorDepsOf(deps, advancing.options), held, advancing)
    // Not as its own wish, since an unknown run that is given back like that waits for a person.
    if (end === 'not_now') await giveBackRun(deps, held, NOT_NOW_MS, 'away')
    else if (end.kind === 'later') await giveBackRun(deps, held, end.afterMs, null)
    if (end !== 'not_now') claims?.forget(lease)
  } catch (error) {
    const trouble = databaseTrouble(error)
    if (trouble !== null) {
      deps.log.warn({ runId, fence: lease.fence, trouble, err: error }, 'the database failed in the middle of a run')
      await giveBackWhenPossible(deps, held, trouble)
    } else if (error instanceof FencedError) {
      deps.log.warn({ runId, fence: lease.fence }, 'a run was taken over by another replica')
    } else {
      throw error
    }
  } finally {
    held.stop()
  }
}

async function advance(
  deps: ExecutorDeps,
  held: KeptLease,
  { drain, turn, options: { crashesBeforeParking = CRASHES_BEFORE_PARKING } }: Advancing,
): Promise<RunEnd | 'not_now'> {
  const { crashes } = held.lease
  if (crashes >= crashesBeforeParking) return parkRun(deps, held)
  const isLastTry = crashes === crashesBeforeParking - 1
  if (isLastTry && !(await turn.becomeAlone(held.lease.run.id, held.lease.crashedAfterMs))) return 'not_now'
  return executeRun(deps, held, AbortSignal.any([drain, turn.giveBack]))
}

function executorDepsOf(deps: Deps, options: AdvanceOptions = {}): ExecutorDeps {
  const { mode, inflightWindowMs, breakGlass, freezeWindows, approvalsTtlMs, fatigue, logDelayMs } = deps.settings
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
    accountStandings: deps.accountStandings,
    clock: deps.clock,
    log: deps.log,
    telemetry: deps.telemetry,
    randomBytes: deps.randomBytes,
    logDelay: deps.logDelay,
    askApprovers: (stores, proposal, approval) => tellOfStepApproval(deps, stores, proposal, approval),
    settings: {
      ...{ mode, inflightWindowMs, freezeWindows, approvalsTtlMs, fatigue, logDelayMs },
      breakGlassPlaybooks: breakGlass.playbooks,
      pace: { ...DEFAULT_PACE, ...options.pace },
    },
    ...(options.knownActions === undefined ? {} : { knownActions: options.knownActions }),
    ...(options.debugPoint === undefined ? {} : { debugPoint: options.debugPoint }),
  }
}
