import { and, eq, sql } from './drizzle.ts'
import { followUps } from './schema.ts'
import { milliseconds } from './milliseconds.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Database } from './database.ts'
import type { FollowUp, FollowUpKind, FollowUpState } from '../domain/follow-up.ts'
import type { FollowUpStore } from '../ports/follow-up-store.ts'

/** An hour is enough to revert a commit; what takes longer is asked for less and less often, at last once a day. */
const FIRST_REMINDER = sql`interval '1 hour'`
const NEXT_REMINDER = sql`CASE reminders WHEN 0 THEN interval '3 hours' WHEN 1 THEN interval '8 hours' ELSE interval '1 day' END`

/** The state machine is that of domain/follow-up.ts; every move is conditional on `open`, and all times are the database's. */
export function createFollowUpStore(db: Database): FollowUpStore {
  return {
    open: async ({ incidentId, runId, stepId, kind, app, service, badRevision }) => {
      await db.execute(sql`
        INSERT INTO follow_ups (incident_id, run_id, step_id, kind, app, service, bad_revision, remind_at)
        VALUES (${incidentId}, ${runId}, ${stepId}, ${kind}, ${storableText(app)}, ${service}, ${badRevision},
                clock_timestamp() + ${FIRST_REMINDER})
        ON CONFLICT (run_id, step_id) DO UPDATE SET kind = excluded.kind, bad_revision = excluded.bad_revision
          WHERE follow_ups.state = 'open'`)
    },
    list: async (incidentId) => {
      const rows = await db
        .select()
        .from(followUps)
        .where(eq(followUps.incidentId, incidentId))
        .orderBy(followUps.openedAt, followUps.id)
      return rows.map(toFollowUp)
    },
    close: async (id, to, finding, personId) => {
      const rows = await db
        .update(followUps)
        .set({ state: to, finding: storableText(finding), closedBy: personId, closedAt: sql`clock_timestamp()` })
        .where(and(eq(followUps.id, id), eq(followUps.state, 'open')))
        .returning()
      return rows.map(toFollowUp)[0]
    },
    claimLooks: (everyMs, limit) =>
      claim(db, sql`look_at`, sql`look_at = clock_timestamp() + ${milliseconds(everyMs)}`, limit),
    claimReminders: (limit) =>
      claim(
        db,
        sql`remind_at`,
        sql`remind_at = clock_timestamp() + ${NEXT_REMINDER}, reminders = reminders + 1`,
        limit,
      ),
  }
}

/** Rows that another replica is about to take are passed over, so that each is handed out once. */
async function claim(
  db: Database,
  due: ReturnType<typeof sql>,
  change: ReturnType<typeof sql>,
  limit: number,
): Promise<readonly FollowUp[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    UPDATE follow_ups SET ${change}
     WHERE id IN (SELECT id FROM follow_ups WHERE state = 'open' AND ${due} <= clock_timestamp()
                   ORDER BY ${due} LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id`)
  const found = await Promise.all(rows.map(({ id }) => db.select().from(followUps).where(eq(followUps.id, id))))
  return found.flat().map(toFollowUp)
}

function toFollowUp(row: typeof followUps.$inferSelect): FollowUp {
  return { ...row, kind: row.kind as FollowUpKind, state: row.state as FollowUpState }
}
