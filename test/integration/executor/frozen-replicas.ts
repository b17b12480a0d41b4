import { DEBUG_POINTS } from '../../../src/executor/executor-deps.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import { ANA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { forkReplica } from './fork-replica.ts'
import { advance, auditEvents, find, ledgerLines } from './world.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { ForkedReplica } from './fork-replica.ts'
import type { World } from './world.ts'

/** One action for each crash class. */
const ACTIONS = ['pagerduty/note', 'argocd/sync', 'lambda/invoke'] as const

/** Between asking for a connection and writing to it there is no debug point, since it is not ours. */
export type FrozenPlace = DebugPoint | 'connecting'
const PLACES: readonly FrozenPlace[] = [...DEBUG_POINTS, 'connecting']

export interface FrozenCase {
  readonly point: FrozenPlace
  readonly uses: (typeof ACTIONS)[number]
}

/** Every point, with every class of target that comes by it. Only what was accepted for later is polled. */
export const FROZEN_CASES: readonly FrozenCase[] = PLACES.flatMap((point) =>
  ACTIONS.filter((uses) => point !== 'before-poll' || uses === 'argocd/sync').map((uses) => ({ point, uses })),
)

export interface FrozenOutcome extends FrozenCase {
  /** How the run ended without the one that slept. */
  readonly ended: string
  /** As the target counts them, after the one that slept has woken up and come to its end. */
  readonly effects: number
  /** Requests for an effect by the one that slept. */
  readonly sent: number
  /** What it changed of the ledger, the run and the log. */
  readonly recorded: readonly string[]
}

/** Long enough for a busy machine to get a replica to the point at all. */
const LEASE_MS = 3_000
const STARTS = 5
let place = 0

/**
 * T29: a replica in a process of its own stands still (SIGSTOP) for longer than its lease, another one takes over and
 * ends the run, and the first one wakes up (SIGCONT) where it stood. Says what that one did then. `replica` is the other.
 */
export async function freezeOne(
  world: World,
  replica: Replica,
  frozen: FrozenCase,
  isUnguarded = false,
): Promise<FrozenOutcome> {
  for (let starts = 0; starts < STARTS; starts += 1) {
    const outcome = await tryToFreeze(world, replica, frozen, isUnguarded)
    if (outcome !== undefined) return outcome
  }
  throw new Error(`No replica came to ${frozen.point} within its lease in ${String(STARTS)} starts.`)
}

/** undefined where the machine was so busy that the lease had run out before the point. */
async function tryToFreeze(
  world: World,
  replica: Replica,
  { point, uses }: FrozenCase,
  isUnguarded: boolean,
): Promise<FrozenOutcome | undefined> {
  place += 1
  const resource = `frozen-${String(place)}`
  // Nothing in the target's state shows the effect, so that no other guard helps.
  const step = { id: 'move', uses, resource, ...(point === 'before-poll' ? { with: { slow: true } } : {}) }
  if (point === 'before-reconcile') loseAnswer(world, resource)
  const { run } = await approveRun(replica.deps.unitOfWork, [step])
  const { url: databaseUrl } = world.database
  const child = forkReplica({
    ...{ databaseUrl, targetUrl: world.target.url, runId: run.id, leaseMs: LEASE_MS },
    ...{ at: point, signal: 'SIGSTOP', isUnguarded },
  })
  try {
    if (!(await standsStill(child))) return undefined
    await leaseRunsOut(replica, run.id)
    await takeOver(world, replica, run.id)
    const before = await pictureOf(world, replica, run.id, resource)
    child.resume()
    await child.exited
    const after = await pictureOf(world, replica, run.id, resource)
    const { state } = await find(replica, run.id)
    return {
      ...{ point, uses, ended: state, effects: world.target.countOf(`${run.id}:move:main`) },
      sent: after.requests - before.requests,
      recorded: after.lines.filter((line, index) => line !== before.lines[index]),
    }
  } finally {
    child.kill()
    await child.exited
  }
}

function loseAnswer(world: World, resource: string): void {
  const matches = ({ text }: { readonly text: string }) => text.includes(`"${resource}"`)
  world.target.misbehave({ kind: 'effect-then-drop', times: 1, matches })
}

function standsStill(child: ForkedReplica): Promise<boolean> {
  const stopped = child.stopped().then(
    () => true,
    () => false,
  )
  return Promise.race([stopped, child.exited.then(() => false)])
}

/** By the clock of the database, which is the one that counts. */
async function leaseRunsOut(replica: Replica, runId: string): Promise<void> {
  for (;;) {
    const run = await find(replica, runId)
    const isFree = run.leaseOwner === null || (await replica.deps.stores.runSweep.listAbandoned(1_000)).includes(runId)
    if (isFree) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** To the end: a person who is asked looks at the target, which the product could not. */
async function takeOver(world: World, replica: Replica, runId: string): Promise<void> {
  while ((await advance(replica, runId)).state === 'unknown') {
    const choice = world.target.countOf(`${runId}:move:main`) > 0 ? 'done' : 'retry'
    const said = { choice, reason: 'looked', person: ANA, origin: 'console' } as const
    await settleStep(replica.deps, { runId, stepId: 'move', ...said })
  }
}

async function pictureOf(world: World, replica: Replica, runId: string, resource: string) {
  const run = await find(replica, runId)
  const lines = [
    `${run.state} ${String(run.fence)} ${run.leaseOwner ?? 'nobody'}`,
    ...(await ledgerLines(replica, runId)),
    ...(await auditEvents(world, runId)),
  ]
  return { requests: world.target.requestCountOf(resource), lines }
}
