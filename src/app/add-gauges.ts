import { LOOKOUT_DUTY } from '../ports/clock-duty-store.ts'
import type { AuditKeeper } from '../orchestrator/keep-audit.ts'
import type { Foundation } from './build-deps.ts'
import type { MetricsRegistry } from '../telemetry/metrics.ts'

/** What is read from the database when Prometheus asks; every process says the same, since it is one database. */
export function addGauges({ deps, jobs }: Foundation, metrics: MetricsRegistry, audit: AuditKeeper | null): void {
  const { auditReader, outboxQueue } = deps.stores
  const standing = sharedReading(() => auditReader.describe())
  const outbox = sharedReading(() => outboxQueue.describe())
  const add = (name: string, help: string, read: () => Promise<number>) => metrics.addGauge({ name, help, read })
  add(
    'audit_oldest_waiting_seconds',
    'Age of the oldest audit leaf that has no number yet.',
    async () => (await standing()).lagSeconds,
  )
  add(
    'audit_uncovered_seconds',
    'Age of the oldest numbered audit entry that no checkpoint in enough places covers.',
    async () => (await standing()).uncoveredSeconds,
  )
  add('audit_waiting', 'Audit leaves that have no number yet.', async () => (await standing()).waiting)
  add('audit_entries', 'Audit entries numbered and chained.', async () => (await standing()).size)
  add('audit_refused', '1 while the audit log contradicts its checkpoint and nothing is signed.', async () =>
    audit?.refusal === null || audit === null ? 0 : 1,
  )
  add(
    'audit_places_hanging',
    'Folders of checkpoints that do not answer this process.',
    async () => audit?.hanging.length ?? 0,
  )
  add(
    'outbox_oldest_seconds',
    'Age of the oldest message that waits for delivery.',
    async () => (await outbox()).oldestSeconds,
  )
  add('outbox_waiting', 'Messages that wait for delivery.', async () => (await outbox()).waiting)
  add('outbox_dead', 'Messages that no surface would take; somebody must look.', async () => (await outbox()).dead)
  add(
    'lookout_last_pass_seconds',
    'Since somebody last looked for what stands still; -1 before the first pass.',
    async () => (await deps.stores.clockDuties.lastEndedSeconds(LOOKOUT_DUTY)) ?? -1,
  )
  add(
    'standing_still',
    'Runs, jobs, duties and deliveries that ought to go on and do not, and the audit log when it is behind.',
    async () => (await deps.stores.standstills.listOpen()).length,
  )
  const glass = sharedReading(() => deps.stores.glass.describe())
  add(
    'break_glass_unreviewed',
    'Plans that ran without their quorum and that nobody has reviewed.',
    async () => (await glass()).unreviewed,
  )
  add('break_glass_overdue', 'Of those, past the time for their review.', async () => (await glass()).overdue)
  add('jobs_dead', 'Jobs that failed three times; somebody must look.', async () => (await jobs.listDead()).length)
}

/** Gauges of one look share one statement: whoever asks while it runs gets its answer. */
function sharedReading<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | undefined
  return () => {
    running ??= read().finally(() => {
      running = undefined
    })
    return running
  }
}
