import type { Owner } from './chaos-database.ts'
import type { Deps } from '../../src/orchestrator/dependencies.ts'
import { settleStep } from '../../src/orchestrator/settle-step.ts'
import { ANA } from '../../test/fakes/counting-target/approved-run.ts'
import type { CountingTarget } from '../../test/fakes/counting-target/counting-target.ts'

export interface Asked {
  readonly byClass: ReadonlyMap<string, number>
  /** Runs that ended their replicas three times in a row and were set aside as poison, whatever their step could tell. */
  readonly setAside: number
  /** Runs that wait for a person without having said so on the timeline. */
  readonly silent: number
}

/**
 * The person who is asked: looks at the target, which the product could not, and says what became of the step. A step
 * that did not happen is sent again, and may be lost again, so this goes on until nothing waits.
 */
export async function settleUnknown(deps: Deps, owner: Owner, target: CountingTarget): Promise<Asked> {
  const byClass = new Map<string, number>()
  let [silent, setAside] = [0, 0]
  for (;;) {
    const waiting = await listWaiting(owner)
    if (waiting.length === 0 && (await countMoving(owner)) === 0) return { byClass, setAside, silent }
    for (const { id, key, step, crash_class: crashClass, is_set_aside: isSetAside, told } of waiting) {
      if (isSetAside) setAside += 1
      else byClass.set(crashClass, (byClass.get(crashClass) ?? 0) + 1)
      if (!told) silent += 1
      const choice = target.countOf(key) > 0 ? 'done' : 'retry'
      await settleStep(deps, { runId: id, stepId: step, choice, reason: 'looked', person: ANA, origin: 'console' })
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

interface Waiting {
  readonly id: string
  readonly key: string
  readonly step: string
  readonly crash_class: string
  readonly is_set_aside: boolean
  readonly told: boolean
}

async function listWaiting(owner: Owner): Promise<readonly Waiting[]> {
  return owner.rows<Waiting>(
    `SELECT r.id, a.idempotency_key AS key, a.step_id AS step, a.crash_class,
            bool_or(t.event = 'run.parked') IS TRUE AS is_set_aside, bool_or(t.event IS NOT NULL) AS told
       FROM runs r JOIN attempts a ON a.run_id = r.id AND a.state = 'unknown'
       LEFT JOIN timeline_entries t
         ON t.incident_id = r.incident_id AND t.event IN ('run.parked', 'step.handed_over')
      WHERE r.state = 'unknown' AND r.lease_owner IS NULL
      GROUP BY r.id, a.id`,
  )
}

async function countMoving(owner: Owner): Promise<number> {
  const rows = await owner.rows<{ count: number }>(
    `SELECT count(*)::int AS count FROM runs
      WHERE state IN ('queued', 'running', 'waiting') OR (state = 'unknown' AND lease_owner IS NOT NULL)`,
  )
  return rows[0]?.count ?? 0
}
