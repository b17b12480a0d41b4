import type { Run, RunState } from '../domain/run.ts'
import type { Origin } from '../domain/surface.ts'

/** A row of `runs` as the driver hands it out for hand-written SQL: snake_case, times as text. */
export interface RunRow extends Record<string, unknown> {
  readonly id: string
  readonly incident_id: string
  readonly proposal_id: string
  readonly state: string
  readonly direction: string
  readonly fence: number | string
  readonly lease_owner: string | null
  readonly lease_until: string | null
  readonly stop_requested_by: string | null
  readonly stop_reason: string | null
  readonly undo_requested_by: string | null
  readonly undo_requested_from: string | null
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly detail: string | null
  readonly crashes: number
  readonly crashed_after_ms: number | string | null
  readonly unwritable_since: string | null
}

export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    incidentId: row.incident_id,
    proposalId: row.proposal_id,
    state: row.state as RunState,
    direction: row.direction as Run['direction'],
    fence: Number(row.fence),
    leaseOwner: row.lease_owner,
    leaseUntil: toDate(row.lease_until),
    stopRequestedBy: row.stop_requested_by,
    stopReason: row.stop_reason,
    undoRequest: toUndoRequest(row),
    startedAt: toDate(row.started_at),
    finishedAt: toDate(row.finished_at),
    createdAt: new Date(row.created_at),
    detail: row.detail,
  }
}

function toUndoRequest({ undo_requested_by: by, undo_requested_from: from }: RunRow): Run['undoRequest'] {
  return by === null || from === null ? null : { by, from: from as Origin }
}

export function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
