import type { ActionName, CrashClass } from '../domain/action.ts'
import type { Attempt, AttemptState } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import { toDate } from './run-row.ts'

/** A row of `attempts` as the driver hands it out for hand-written SQL: snake_case, times and int8 as they come. */
export interface AttemptRow extends Record<string, unknown> {
  readonly id: number | string
  readonly run_id: string
  readonly step_id: string
  readonly step_index: number
  readonly direction: string
  readonly effect: string
  readonly number: number
  readonly uses: string
  readonly crash_class: string
  readonly state: string
  readonly idempotency_key: string
  readonly fence: number | string
  readonly request_hash: string
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly handle: JsonObject | null
  readonly output: JsonObject | null
  readonly detail: string | null
  readonly intended_at: string
  readonly sent_at: string | null
  readonly finished_at: string | null
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    id: String(row.id),
    runId: row.run_id,
    stepId: row.step_id,
    stepIndex: row.step_index,
    direction: row.direction as Attempt['direction'],
    effect: row.effect,
    number: row.number,
    uses: row.uses as ActionName,
    crashClass: row.crash_class as CrashClass,
    state: row.state as AttemptState,
    idempotencyKey: row.idempotency_key,
    fence: Number(row.fence),
    requestHash: row.request_hash,
    before: row.before,
    after: row.after,
    handle: row.handle,
    output: row.output,
    detail: row.detail,
    intendedAt: new Date(row.intended_at),
    sentAt: toDate(row.sent_at),
    finishedAt: toDate(row.finished_at),
  }
}
