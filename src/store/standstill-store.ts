import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import type { RunState } from '../domain/run.ts'
import type { Standstill, StandstillKind } from '../domain/standstill.ts'
import type { SurfaceName } from '../domain/surface.ts'
import type {
  Patience,
  RunTrouble,
  StandstillStore,
  StillDelivery,
  StillDuty,
  StillRun,
  UntoldStandstill,
} from '../ports/standstill-store.ts'
import { LOOKOUT_DUTY } from '../ports/clock-duty-store.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Database } from './database.ts'
import { milliseconds } from './milliseconds.ts'

const AT_MOST = 100

/**
 * open (found_at) → told (paged_at) → over (ended_at) → told (cleared_at); over before it was told is never told.
 * What it looks at is what is active: the partial index `runs_active`, the waiting part of the outbox, a few rows each.
 */
export function createStandstillStore(db: Database): StandstillStore {
  return {
    listRuns: (patience) => listRuns(db, patience),
    listDeliveries: (patience) => listDeliveries(db, patience),
    listDuties: (patience, parkedAfter) => listDuties(db, patience, parkedAfter),
    open: async ({ key, kind, incidentId, runId, text }) => {
      const { rows } = await db.execute(sql`
        INSERT INTO standstills (key, kind, incident_id, run_id, text)
        VALUES (${key}, ${kind}, ${incidentId}, ${runId}, ${storableText(text)})
        ON CONFLICT (key) WHERE ended_at IS NULL DO NOTHING
        RETURNING id`)
      return rows.length > 0
    },
    endOthers: async (keys) => {
      const { rows } = await db.execute<StandstillRow>(sql`
        UPDATE standstills SET ended_at = clock_timestamp()
         WHERE ended_at IS NULL AND key <> ALL (${sql.param([...keys])}::text[])
        RETURNING *`)
      return rows.map(toStandstill)
    },
    listOpen: async () => {
      const { rows } = await db.execute<StandstillRow>(
        sql`SELECT * FROM standstills WHERE ended_at IS NULL ORDER BY id LIMIT ${AT_MOST}`,
      )
      return rows.map((row) => ({ ...toStandstill(row), foundAt: new Date(row.found_at) }))
    },
    listUntold: (limit) => listUntold(db, limit),
    markTold: async (id, isOver) => {
      const column = isOver ? sql`cleared_at` : sql`paged_at`
      await db.execute(sql`UPDATE standstills SET ${column} = clock_timestamp() WHERE id = ${id}::bigint`)
    },
  }
}

interface StandstillRow extends Record<string, unknown> {
  readonly id: number | string
  readonly key: string
  readonly kind: string
  readonly incident_id: string | null
  readonly run_id: string | null
  readonly text: string
  readonly found_at: string
  readonly ended_at: string | null
}

function toStandstill(row: StandstillRow): Standstill {
  const { key, text } = row
  return { key, kind: row.kind as StandstillKind, incidentId: row.incident_id, runId: row.run_id, text }
}

/** Whom nobody holds: since it is due, or was last worked on, made or approved. */
const dueSince = sql`coalesce(r.lease_until, greatest(r.created_at, r.claimed_at, a.last_at, (
  SELECT max(d.at) FROM decisions d WHERE d.proposal_id = r.proposal_id)))`

/** A run whose approval was withdrawn waits for the next one; `unknown` held by nobody waits for a person. */
async function listRuns(db: Database, patience: Patience): Promise<readonly StillRun[]> {
  const { rows } = await db.execute<{
    id: string
    incident_id: string
    state: string
    trouble: string
    step_id: string | null
    holder: string | null
    for_seconds: number
  }>(sql`
    SELECT * FROM (
      SELECT r.id, r.incident_id, r.state, a.step_id, r.lease_owner AS holder, t.trouble,
             extract(epoch FROM clock_timestamp() - t.since)::float8 AS for_seconds
        FROM runs r JOIN proposals p ON p.id = r.proposal_id
             LEFT JOIN LATERAL (
               SELECT open.step_id, open.state, open.deadline_at, open.finished_at,
                      (SELECT max(greatest(l.intended_at, l.sent_at, l.finished_at)) FROM attempts l WHERE l.run_id = r.id) AS last_at
                 FROM (SELECT 1) one
                      LEFT JOIN attempts open ON open.run_id = r.id AND open.state IN ('intended', 'sent', 'unknown')
             ) a ON true
             CROSS JOIN LATERAL (${troubleOf(patience)}) t
       WHERE r.state IN ('queued', 'running', 'waiting', 'unknown')
         AND NOT (r.started_at IS NULL AND p.state = 'pending')
         AND t.since < clock_timestamp() - t.patience
    ) still ORDER BY for_seconds DESC LIMIT ${AT_MOST}`)
  return rows.map((row) => ({
    id: row.id,
    incidentId: row.incident_id,
    state: row.state as RunState,
    trouble: row.trouble as RunTrouble,
    stepId: row.step_id,
    holder: row.holder,
    forSeconds: row.for_seconds,
  }))
}

/**
 * Which of the troubles a run could be in, since when, and how long that may be. One that cannot be put on record is
 * claimed again and again; one that is held for long has found its database well and only has nothing to write.
 */
function troubleOf(patience: Patience): SQL {
  return sql`
    SELECT 'abandoned' AS trouble, r.lease_until AS since, ${milliseconds(patience.abandonedMs)} AS patience
     WHERE r.lease_owner IS NOT NULL AND r.lease_until < clock_timestamp()
    UNION ALL SELECT 'untaken', ${dueSince}, ${milliseconds(patience.untakenMs)}
     WHERE r.lease_owner IS NULL AND r.state <> 'unknown'
    UNION ALL SELECT 'parked', r.claimed_at, interval '0'
     WHERE r.lease_owner IS NULL AND r.state = 'unknown' AND r.crashes >= 3
    UNION ALL SELECT 'unwritable', r.unwritable_since, ${milliseconds(patience.unwritableMs)}
     WHERE r.claimed_at > clock_timestamp() - ${milliseconds(patience.unwritableMs)}
    UNION ALL SELECT 'overdue', a.deadline_at, ${milliseconds(patience.overdueMs)}
     WHERE r.lease_owner IS NOT NULL AND r.lease_until >= clock_timestamp() AND a.state IN ('intended', 'sent')
    UNION ALL SELECT 'idle', greatest(r.claimed_at, a.last_at), ${milliseconds(patience.unknownMs)}
     WHERE r.lease_owner IS NOT NULL AND r.lease_until >= clock_timestamp() AND a.state = 'unknown'
    UNION ALL SELECT 'idle', greatest(r.claimed_at, a.last_at), ${milliseconds(patience.idleMs)}
     WHERE r.lease_owner IS NOT NULL AND r.lease_until >= clock_timestamp() AND a.state IS NULL`
}

/** A deliverer that lives holds its lease, however much there is to send. */
async function listDeliveries(db: Database, { undeliveredMs }: Patience): Promise<readonly StillDelivery[]> {
  const { rows } = await db.execute<{ surface: string; waiting: number; for_seconds: number }>(sql`
    SELECT o.surface, count(*)::int AS waiting,
           extract(epoch FROM clock_timestamp() - min(greatest(o.created_at, o.not_before)))::float8 AS for_seconds
      FROM outbox_messages o
     WHERE o.state IN ('waiting', 'sending') AND o.surface <> 'console'
       AND NOT EXISTS (SELECT FROM leases l WHERE l.name = 'outbox ' || o.surface AND l.until > clock_timestamp())
     GROUP BY o.surface
    HAVING min(greatest(o.created_at, o.not_before)) < clock_timestamp() - ${milliseconds(undeliveredMs)}`)
  return rows.map((row) => ({
    surface: row.surface as SurfaceName,
    waiting: row.waiting,
    forSeconds: row.for_seconds,
  }))
}

async function listDuties(
  db: Database,
  { clockMs, dutyMs }: Patience,
  parkedAfter: number,
): Promise<readonly StillDuty[]> {
  const { rows } = await db.execute<{ name: string | null; for_seconds: number }>(sql`
    SELECT name, extract(epoch FROM clock_timestamp() - begun_at)::float8 AS for_seconds
      FROM clock_duties
     WHERE begun > ${parkedAfter}::int AND begun_at < clock_timestamp() - ${milliseconds(dutyMs)}
    UNION ALL
    SELECT NULL, extract(epoch FROM clock_timestamp() - max(greatest(ended_at, begun_at)))::float8
      FROM clock_duties WHERE name <> ${LOOKOUT_DUTY}
    HAVING max(greatest(ended_at, begun_at)) < clock_timestamp() - ${milliseconds(clockMs)}`)
  return rows.map((row) => ({ name: row.name, forSeconds: row.for_seconds }))
}

async function listUntold(db: Database, limit: number): Promise<readonly UntoldStandstill[]> {
  const { rows } = await db.execute<StandstillRow>(sql`
    SELECT * FROM standstills
     WHERE (ended_at IS NULL AND paged_at IS NULL)
        OR (ended_at IS NOT NULL AND paged_at IS NOT NULL AND cleared_at IS NULL)
     ORDER BY id LIMIT ${limit}`)
  return rows.map((row) => ({
    ...toStandstill(row),
    id: String(row.id),
    foundAt: new Date(row.found_at),
    isOver: row.ended_at !== null,
  }))
}
