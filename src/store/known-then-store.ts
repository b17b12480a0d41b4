import { and, asc, desc, eq, lte, sql } from './drizzle.ts'
import { alerts, evidence, playbookRecords } from './schema.ts'
import { toDate } from './run-row.ts'
import { selectChanges, toChange } from './change-row.ts'
import { toAlert } from './alert-row.ts'
import { toEvidence } from './evidence-row.ts'
import type { AnsweredRun, KnownThenStore } from '../ports/known-then-store.ts'
import type { ChangeEvent } from '../domain/change-event.ts'
import type { Database } from './database.ts'
import type { FeedbackAnswer } from '../domain/feedback.ts'

export function createKnownThenStore(db: Database): KnownThenStore {
  return {
    listAlerts: async (incidentId, by, limit) => {
      const rows = await db
        .select()
        .from(alerts)
        .where(and(eq(alerts.incidentId, incidentId), lte(alerts.firstSeenAt, by)))
        .orderBy(asc(alerts.startsAt), asc(alerts.id))
        .limit(limit)
      return rows.map((row) => toAlert(row, incidentId))
    },
    listChanges: async (services, from, by) => {
      const until = sql`${by.toISOString()}::timestamptz`
      const rows = await selectChanges(
        db,
        sql`service = ANY (${sql.param([...services])}::text[]) AND at <= ${until} AND received_at <= ${until}
            AND coalesce(finished_at, at) >= ${from.toISOString()}::timestamptz`,
      )
      return rows.map((row) => ({
        change: toChange(row),
        endings: (row.endings ?? []).map(({ outcome, finishedAt, at }) => ({
          outcome: outcome as ChangeEvent['outcome'],
          finishedAt: toDate(finishedAt),
          at: new Date(at),
        })),
      }))
    },
    listEvidence: async (incidentId) => {
      const rows = await db.select().from(evidence).where(eq(evidence.incidentId, incidentId)).orderBy(evidence.at)
      return rows.map((row) => ({ piece: toEvidence(row), key: row.key, collectedAt: row.collectedAt }))
    },
    listPastRuns: (limit) => listPastRuns(db, limit),
  }
}

async function listPastRuns(db: Database, limit: number): Promise<readonly AnsweredRun[]> {
  const { playbook, service, owner, criticality, outcome, at } = playbookRecords
  const answers = sql<{ answer: string; at: string }[]>`coalesce((
    SELECT jsonb_agg(jsonb_build_object('answer', feedback.answer, 'at', feedback.at) ORDER BY feedback.at)
      FROM feedback WHERE feedback.run_id = playbook_records.run_id AND feedback.question = 'playbook'), '[]'::jsonb)`
  const rows = await db
    .select({ playbook, service, owner, criticality, outcome, at, answers })
    .from(playbookRecords)
    .orderBy(desc(playbookRecords.at))
    .limit(limit)
  return rows.map((row) => ({
    ...row,
    outcome: row.outcome as AnsweredRun['outcome'],
    answers: row.answers.map((one) => ({ answer: one.answer as FeedbackAnswer, at: new Date(one.at) })),
  }))
}
