import { setTimeout as delay } from 'node:timers/promises'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { comparedState } from '../../../src/domain/action.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { approveRun, BEN } from '../../fakes/counting-target/approved-run.ts'
import type { ApprovedRun } from '../../fakes/counting-target/approved-run.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { openFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { judgeCell } from './judge-cell.ts'
import { untilNextLookMs } from '../until-next-look.ts'
import type { CellVerdict } from './judge-cell.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import type { ActionInput, TargetState } from '../../../src/domain/action.ts'
import type { PlanStep } from '../../../src/domain/plan.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { FaultProxy } from '../fault-proxy/fault-proxy.ts'
import type { MatrixAction, OpenedAction } from './matrix-action.ts'
import type { MatrixFault } from './matrix-fault.ts'
import type { MatrixWorld } from './matrix-world.ts'
import type { VendorServer } from '../../fakes/vendor-server.ts'

/**
 * A deadline of ours is short only where it has to end the exchange. What is late comes within the in-flight window,
 * which is the promise of an installation (`execution.inflightWindow`).
 */
const SHORT = { timeoutMs: 400, windowMs: 1_600 } as const
const PATIENT = { timeoutMs: 20_000, windowMs: 50 } as const
const LATE = { eachWayMs: 900, dripEveryMs: 60 } as const
const ANSWER_MS = 5_000

const QUICK = {
  ...{ retryBaseMs: 20, retryMaxMs: 200, lookAgainMs: 100, targetBusyMs: 50, approvalLookMs: 50 },
  ...{ maxAttempts: 50, reconcileForMs: 60_000 },
} as const
const GIVE_UP_MS = 90_000

/** Takes the guards out of the actions; the twin's. */
export type Unguard = (runner: ActionRunner) => ActionRunner

let cells = 0

/** One approved run of one step through the executor, while one fault hits the one request that counts. */
export async function playCell(
  world: MatrixWorld,
  action: MatrixAction,
  fault: MatrixFault,
  unguard: Unguard = (runner) => runner,
): Promise<CellVerdict> {
  cells += 1
  const name = `cell-${String(process.pid)}-${String(cells)}`
  const { timeoutMs, windowMs } = fault.needsDeadline ? SHORT : PATIENT
  const between: Between = { proxy: null, server: null }
  const spoiled = await openSpoiledDatabase(world, action, between)
  const opened = await action.open({
    ...{ name, timeoutMs, count: world.count },
    spoiledDatabase: spoiled.database.db,
    spoil: async (server) => {
      Object.assign(between, { server, proxy: await openFaultProxy(server.url) })
      return between.proxy?.url ?? server.url
    },
  })
  try {
    const actions = unguard(createActionRunner([opened.module]))
    const settings = { ...world.deps.settings, inflightWindowMs: windowMs }
    const deps = { ...(spoiled.deps ?? world.deps), actions, settings }
    const approved = await approveOne(world, actions, { uses: action.uses, with: opened.args })
    const { proxy, server } = between
    if (proxy === null) throw new Error(`${action.name} has nothing to spoil.`)
    const hits = fault.inject({ proxy, server, isEffect: action.isEffect, dripBytes: dripBytesOf(action) }, LATE)
    const ended = await follow(world, deps, approved)
    const { id } = approved.run
    return await judgeCell({ action, fault, run: ended, hits: hits(), events: await world.eventsOf(id) }, () =>
      opened.countEffects(id),
    )
  } finally {
    await closeAll(between.proxy, spoiled.close, opened)
  }
}

function dripBytesOf({ counterpart }: MatrixAction): number {
  return counterpart === 'ledger' ? 24 : 1
}

interface Between {
  proxy: FaultProxy | null
  server: VendorServer | null
}

async function closeAll(proxy: FaultProxy | null, close: () => Promise<void>, opened: OpenedAction): Promise<void> {
  await proxy?.close()
  await close()
  await opened.close()
}

/** Behind the proxy where PostgreSQL is what stands opposite; for the ledger a whole replica is. */
async function openSpoiledDatabase(world: MatrixWorld, { counterpart }: MatrixAction, between: Between) {
  if (counterpart !== 'vendor') between.proxy = await openFaultProxy(world.databaseUrl)
  const url = between.proxy?.url ?? world.databaseUrl
  const database = await openDatabase({ url, applicationName: 'matrix-spoiled', maxConnections: 3 })
  if (counterpart !== 'ledger') return { database, deps: null, close: database.close }
  const replica = await openReplica({
    ...{ url, actions: world.deps.actions, settings: world.deps.settings, maxConnections: 5 },
    // Of a server that is gone without a word nothing else tells.
    answerTimeoutMs: ANSWER_MS,
  })
  const close = async () => {
    await Promise.all([replica.close(), database.close()])
  }
  return { database, deps: replica.deps, close }
}

async function approveOne(world: MatrixWorld, actions: ActionRunner, input: ActionInput): Promise<ApprovedRun> {
  const { target, crashClass, isVerification } = actions.describe(input)
  const before = comparedState(await readPatiently(actions, input))
  const step: PlanStep = {
    ...{ id: 'move', uses: input.uses, with: input.with, target, before, crashClass, isVerification },
    ...{ timeoutMs: GIVE_UP_MS, undo: null },
  }
  return approveRun(world.deps.unitOfWork, [], { plan: { steps: [step] } })
}

/** The deadline of a cell may be too short for a busy machine, and what is read here is only the approved state. */
async function readPatiently(actions: ActionRunner, input: ActionInput): Promise<TargetState | null> {
  const signal = AbortSignal.timeout(GIVE_UP_MS)
  for (;;) {
    try {
      return await actions.readState(input, signal)
    } catch (error) {
      if (signal.aborted || error instanceof RefusedError) throw error
    }
  }
}

/** Follows hints until the run is over or waits for a person: what the job engine does in the product. */
async function follow(world: MatrixWorld, deps: Deps, { run, proposal }: ApprovedRun): Promise<Run> {
  const idle = new AbortController().signal
  const startedAtMs = performance.now()
  for (let waitedMs = 0; waitedMs < GIVE_UP_MS; waitedMs = performance.now() - startedAtMs) {
    // What breaks off is looked at again, as the sweep does.
    await advanceRun(deps, { runId: run.id }, idle, { pace: QUICK }).catch(() => undefined)
    const now = await world.deps.stores.runs.find(run.id)
    if (now === undefined) throw new Error(`${run.id} is gone.`)
    const [asked] = await world.deps.stores.stepApprovals.list(run.id)
    if (asked?.state === 'pending' && now.leaseOwner === null) {
      const press = { personId: BEN.id, decision: 'approve', planHash: asked.hash, reason: null } as const
      const where = { proposalId: proposal.id, incidentId: proposal.incidentId, origin: 'console' } as const
      await recordDecision(world.deps, { ...press, ...where })
    }
    if (isOver(now)) return now
    await delay(untilNextLookMs(waitedMs, 5))
  }
  const left = await world.deps.stores.runs.find(run.id)
  throw new Error(`${run.id} does not come to an end: ${JSON.stringify(left)}`)
}

/** Ended, or set down for a person. */
function isOver({ state, leaseOwner, leaseUntil }: Run): boolean {
  const isEnded = ['succeeded', 'failed', 'stopped', 'undone'].includes(state)
  return isEnded || (state === 'unknown' && leaseOwner === null && leaseUntil === null)
}
