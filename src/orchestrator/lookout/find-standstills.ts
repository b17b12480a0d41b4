import { SURFACE_WORDS } from '../../domain/surface.ts'
import { oneLineText } from '../../kernel/clean-text.ts'
import type { DeadJob } from '../../ports/job-queue.ts'
import type { Patience, StillDuty, StillRun, StandstillStore } from '../../ports/standstill-store.ts'
import { describeLogBehind, findLogBehind } from '../../domain/log-delay.ts'
import type { LogBehind, LogDelay } from '../../domain/log-delay.ts'
import type { Standstill } from '../../domain/standstill.ts'
import { BEGINS_BEFORE_PARKING } from '../run-tick.ts'

/**
 * TRUST T32 asks for 60 s from the moment a run is left. A lease is 30 s by default and somebody looks every 10 s, so
 * that 15 s are left after the lease; hints come every 5 s. A step is given its own deadline first. What is held and
 * open without a deadline gets as long as the executor itself is patient (`Pace.reconcileForMs`, reads with pauses).
 */
export const PATIENCE: Patience = {
  abandonedMs: 15_000,
  untakenMs: 45_000,
  overdueMs: 30_000,
  idleMs: 120_000,
  unknownMs: 180_000,
  unwritableMs: 120_000,
  undeliveredMs: 45_000,
  dutyMs: 20_000,
  clockMs: 45_000,
  // Long before work stops for it (`audit.mostDelay`, 15 minutes by default).
  logMs: 180_000,
}

/** Jobs that are only hints at a row that is looked at by itself. */
const HINTS: readonly string[] = ['run.advance', 'clock.tick']

export interface Sights {
  readonly standstills: Pick<StandstillStore, 'listRuns' | 'listDeliveries' | 'listDuties'>
  readonly listDeadJobs: () => Promise<readonly DeadJob[]>
  readonly logDelay: () => Promise<LogDelay>
}

/** One look at everything that may stand still: a few statements, whatever the size of the history. */
export async function findStandstills(sights: Sights, patience: Patience = PATIENCE): Promise<readonly Standstill[]> {
  const [runs, deliveries, duties, jobs, delay] = await Promise.all([
    sights.standstills.listRuns(patience),
    sights.standstills.listDeliveries(patience),
    sights.standstills.listDuties(patience, BEGINS_BEFORE_PARKING),
    sights.listDeadJobs(),
    sights.logDelay(),
  ])
  const behind = findLogBehind(delay, patience.logMs)
  return [
    ...runs.map(ofRun),
    ...deliveries.map(({ surface, waiting, forSeconds }): Standstill => ({
      ...about('delivery', `delivery:${surface}`),
      text: `${String(waiting)} message(s) for ${SURFACE_WORDS[surface]} wait and nobody sends them (${ago(forSeconds)}). See that a worker runs; decide on another surface meanwhile.`,
    })),
    ...duties.map(ofDuty),
    ...jobs.filter(({ queue }) => queue === null || !HINTS.includes(queue)).map(ofJob),
    ...(behind === undefined ? [] : [ofLog(behind)]),
  ]
}

function about(kind: Standstill['kind'], key: string) {
  return { kind, key, incidentId: null, runId: null }
}

function ofRun(run: StillRun): Standstill {
  return { kind: 'run', key: `run:${run.id}`, incidentId: run.incidentId, runId: run.id, text: wordsOf(run) }
}

function wordsOf({ id, trouble, stepId, holder, forSeconds }: StillRun): string {
  const step = stepId === null ? 'it' : `step ${stepId}`
  switch (trouble) {
    case 'abandoned':
      return `${id} stands still: ${holder ?? 'the replica'} that worked on it is gone and no other has taken it (${ago(forSeconds)}). See that a worker runs and look at its log; it goes on by itself when one does.`
    case 'untaken':
      return `${id} stands still: it is due and no replica takes it (${ago(forSeconds)}). See that a worker runs and look at its log; it goes on by itself when one does.`
    case 'overdue':
      return `${id} stands still: step ${stepId ?? ''} is open beyond its deadline (${ago(forSeconds)}), and ${holder ?? 'its replica'} holds it without ending it. Look at its target, then end that replica; another one goes on.`
    case 'idle':
      return `${id} stands still: ${holder ?? 'a replica'} holds ${step} and writes nothing down (${ago(forSeconds)}). Look at that replica's log, then end it; another one goes on.`
    case 'unwritable':
      return `${id} stands still: what it does cannot be put on record (${ago(forSeconds)}), so nothing more is sent. Run "countersign doctor", which names a right that is missing, and look in PostgreSQL's log for a full disk or a statement that times out; it goes on by itself when that is mended.`
    case 'parked':
      return `${id} is set aside: the replicas that worked on it stopped three times in a row. Look at the log and at its target, then an approver says Retry or Abort.`
  }
}

function ofDuty({ name, forSeconds }: StillDuty): Standstill {
  if (name !== null) {
    const text = `The clock's duty "${name}" is set aside: the replicas that did it stopped three times in a row. Look at the log, mend the reason, then: countersign jobs retry all`
    return { ...about('duty', `duty:${name}`), text }
  }
  const text = `The clock stands still: no worker has done its duties (${ago(forSeconds)}). Proposals do not expire and nobody is reminded. See that a worker runs and look at its log.`
  return { ...about('duty', 'duty:*'), text }
}

function ofLog(behind: LogBehind): Standstill {
  const text = `${describeLogBehind(behind)} If that goes on, nothing of tier 3 is approved or carried out (audit.mostDelay).`
  return { ...about('log', `log:${behind.lacks}`), text }
}

function ofJob({ id, queue, data, failure }: DeadJob): Standstill {
  const incidentId = typeof data['incidentId'] === 'string' ? data['incidentId'] : null
  const what = `${queue ?? 'A job'}${incidentId === null ? '' : ` of ${incidentId}`}`
  const text = `${what} is given up after three tries (${oneLineText(failure, 200)}). Look at the log, mend the reason, then: countersign jobs retry ${id}`
  return { ...about('job', `job:${id}`), incidentId, text }
}

function ago(seconds: number): string {
  const whole = Math.round(seconds)
  return whole < 120 ? `for ${String(whole)} s` : `for ${String(Math.round(whole / 60))} min`
}
