import { setTimeout as delay } from 'node:timers/promises'
import { stopRun } from '../../src/orchestrator/stop-run.ts'
import { ANA } from '../../test/fakes/counting-target/approved-run.ts'
import { approveThroughProduct } from '../../test/fakes/counting-target/approve-through-product.ts'
import type { Replica } from '../../test/fakes/counting-target/replica.ts'
import { createRandom } from '../../test/support/random.ts'
import type { ChaosOptions } from './chaos-config.ts'
import type { Owner } from './chaos-database.ts'
import { invisibleStepsOf, stepsOf } from './chaos-work.ts'

/** Runs of which work is in progress at the same time: enough that every kill meets some. */
const ACTIVE = 24
const ENDS_WITHIN_MS = 180_000
/** One run of so many is stopped by a person. */
const STOP_SHARE = 0.02

export interface ApprovePlan {
  readonly replica: Replica
  readonly owner: Owner
  readonly options: ChaosOptions
  readonly reconciles: boolean
  readonly onSteps: (steps: number) => void
  readonly mayEnd: () => boolean
  /** Then fewer are enough. */
  readonly isLate: () => boolean
}

/** Keeps some runs in progress until there were enough of them. Answers the runs whose approval was acknowledged. */
export async function approveWork(plan: ApprovePlan): Promise<readonly string[]> {
  const { replica, owner, options, reconciles, onSteps, mayEnd, isLate } = plan
  const random = createRandom(options.seed)
  const acknowledged: string[] = []
  let steps = 0
  const isShort = (runs: number) => !isLate() && (runs < options.runs || steps < options.steps)
  for (let index = 0; isShort(index) || !mayEnd(); index += 1) {
    while ((await countActive(owner)) >= ACTIVE) await delay(20)
    const place = reconciles ? index : 1_000_000 + index
    const specs = reconciles ? stepsOf(random, place) : invisibleStepsOf(random, place)
    const dice = random()
    try {
      const { run } = await approveThroughProduct(replica.deps, specs)
      acknowledged.push(run.id)
      steps += specs.length - 1
      if (reconciles && dice < STOP_SHARE) {
        await stopRun(replica.deps, { runId: run.id, person: ANA, origin: 'console', reason: 'enough' })
      }
    } catch {
      // The database was away: whether it was approved is known to the database alone.
      await delay(100)
    }
    onSteps(steps)
  }
  return acknowledged
}

export async function waitForEnd(owner: Owner): Promise<void> {
  const deadline = performance.now() + ENDS_WITHIN_MS
  while ((await countActive(owner)) > 0) {
    if (performance.now() > deadline) return
    await delay(50)
  }
}

/** Neither ended nor handed over to a person. */
async function countActive(owner: Owner): Promise<number> {
  const rows = await owner.rows<{ count: number }>(
    `SELECT count(*)::int AS count FROM runs
      WHERE state IN ('queued', 'running', 'waiting') OR (state = 'unknown' AND lease_owner IS NOT NULL)`,
  )
  return rows[0]?.count ?? 0
}
