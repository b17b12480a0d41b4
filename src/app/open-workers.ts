import { advanceRun } from '../orchestrator/advance-run.ts'
import { noteBreakGlass } from '../orchestrator/break-glass/note-break-glass.ts'
import { proposeForIncident } from '../orchestrator/propose-for-incident.ts'
import { refreshPreview } from '../orchestrator/refresh-preview.ts'
import { refreshIncident } from '../orchestrator/refresh-incident.ts'
import { reviewAudit } from '../orchestrator/review-audit.ts'
import { RunClaims } from '../orchestrator/run-claims.ts'
import { RunGate } from '../orchestrator/run-gate.ts'
import { runTick } from '../orchestrator/run-tick.ts'
import type { Deps } from '../orchestrator/dependencies.ts'
import type { ReadCheckpoints } from '../orchestrator/review-audit.ts'
import type { JobWorkers } from '../ports/job-queue.ts'
import type { JsonObject } from '../kernel/json.ts'

/** How many of each kind of work go on at once in one process. */
const LOOKS_AT_ONCE = 4

export interface OpenWorkers {
  /** Runs in work are given back at their next safe point, for another replica to go on with; then no job is taken. */
  close(): Promise<void>
}

interface WorkerNeeds {
  readonly readCheckpoints: ReadCheckpoints
  /** `execution.runsAtOnce`. */
  readonly runsAtOnce: number
}

/** Ties each job to its intent. A job is a hint: each intent reads the row and decides what there is to do. */
export async function openWorkers(
  deps: Deps,
  workers: JobWorkers,
  { readCheckpoints, runsAtOnce }: WorkerNeeds,
): Promise<OpenWorkers> {
  const drain = new AbortController()
  const [gate, claims] = [new RunGate(), new RunClaims()]
  await workers.work('run.advance', runsAtOnce, (data, signal) =>
    advanceRun(deps, data, AbortSignal.any([signal, drain.signal]), { gate, claims }),
  )
  await workers.work('incident.refresh', LOOKS_AT_ONCE, (data, signal) =>
    refreshIncident(deps, { incidentId: textOf(data, 'incidentId') }, signal),
  )
  await workers.work('incident.propose', LOOKS_AT_ONCE, async (data, signal) => {
    await proposeForIncident(deps, { incidentId: textOf(data, 'incidentId') }, signal)
  })
  await workers.work('proposal.preview', LOOKS_AT_ONCE, (data, signal) =>
    refreshPreview(deps, { proposalId: textOf(data, 'proposalId') }, signal),
  )
  await workers.work('break_glass.note', 1, (data, signal) =>
    noteBreakGlass(deps, { proposalId: textOf(data, 'proposalId') }, signal),
  )
  await workers.work('audit.review', 1, async () => {
    await reviewAudit(deps, readCheckpoints)
  })
  await workers.work('clock.tick', 1, () => runTick(deps))
  return {
    close: async () => {
      drain.abort()
      await workers.close()
    },
  }
}

function textOf(data: JsonObject, name: string): string {
  const value = data[name]
  if (typeof value === 'string') return value
  throw new TypeError(`A job came without its ${name}.`)
}
