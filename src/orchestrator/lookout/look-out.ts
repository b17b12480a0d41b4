import { COUNTERSIGN } from '../../domain/actor.ts'
import type { AuditOutcome } from '../../domain/audit-entry.ts'
import type { Standstill } from '../../domain/standstill.ts'
import type { DeadJob } from '../../ports/job-queue.ts'
import type { Patience } from '../../ports/standstill-store.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { findStandstills } from './find-standstills.ts'

export interface LookoutDeps extends Pick<Deps, 'stores' | 'unitOfWork' | 'seal' | 'log' | 'telemetry' | 'logDelay'> {
  readonly listDeadJobs: () => Promise<readonly DeadJob[]>
}

export interface LookResult {
  readonly found: readonly Standstill[]
  readonly ended: readonly Standstill[]
}

/**
 * One pass: what stands still and was not known is put on record and told to people once, and so is its end. Record,
 * audit leaf, timeline and message of each commit together; a pass that breaks off is made up for by the next.
 */
export async function lookOut(deps: LookoutDeps, patience?: Patience, isFirst = false): Promise<LookResult> {
  const { standstills } = deps.stores
  const { listDeadJobs, logDelay } = deps
  const seen = await findStandstills({ standstills, listDeadJobs, logDelay }, patience)
  const known = new Set((await standstills.listOpen()).map(({ key }) => key))
  // What a service left behind when it was killed gets its number and its checkpoint in a moment.
  const all = seen.filter(({ kind, key }) => !isFirst || kind !== 'log' || known.has(key))
  const found: Standstill[] = []
  for (const one of all) if (!known.has(one.key) && (await open(deps, one))) found.push(one)
  const keys = all.map(({ key }) => key)
  const isOver = [...known].some((key) => !keys.includes(key))
  const ended = isOver ? await endOthers(deps, keys) : []
  return { found, ended }
}

/** False when another replica was first. */
async function open(deps: LookoutDeps, one: Standstill): Promise<boolean> {
  const isNew = await deps.unitOfWork.run(async (stores) => {
    if (!(await stores.standstills.open(one))) return false
    await record(deps, stores, one, { event: 'standstill.found', outcome: 'failure', text: one.text })
    return true
  })
  if (!isNew) return false
  deps.telemetry.count('standstills', { kind: one.kind })
  deps.log.error(
    { key: one.key, runId: one.runId, incidentId: one.incidentId, what: one.text },
    'something stands still',
  )
  return true
}

async function endOthers(deps: LookoutDeps, keys: readonly string[]): Promise<readonly Standstill[]> {
  const ended = await deps.unitOfWork.run(async (stores) => {
    const over = await stores.standstills.endOthers(keys)
    for (const one of over) {
      const text = one.runId === null ? `It goes on: ${one.text}` : `${one.runId} no longer stands still.`
      await record(deps, stores, one, { event: 'standstill.ended', outcome: 'success', text })
    }
    return over
  })
  for (const { key, runId } of ended) deps.log.info({ key, runId }, 'what stood still goes on')
  return ended
}

interface Telling {
  readonly event: string
  readonly outcome: AuditOutcome
  readonly text: string
}

async function record(
  { seal }: LookoutDeps,
  stores: Stores,
  { key, kind, incidentId, runId }: Standstill,
  { event, outcome, text }: Telling,
): Promise<void> {
  const about = { ...(incidentId === null ? {} : { incidentId }), ...(runId === null ? {} : { runId }) }
  const details = { key, kind, text }
  const target = { system: 'countersign', resource: key, environment: null }
  await stores.audit.append([seal({ event, actor: COUNTERSIGN, origin: 'clock', outcome, ...about, target, details })])
  if (incidentId === null) return
  const priority = outcome === 'success' ? 'status' : 'approval'
  await stores.timeline.append([{ incidentId, actor: COUNTERSIGN, origin: 'clock', event, text }])
  await stores.outbox.append([
    { kind: 'card', incidentId, priority },
    { kind: 'thread', incidentId, text, priority },
  ])
}
