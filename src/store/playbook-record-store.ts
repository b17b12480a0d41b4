import { desc, eq, sql } from './drizzle.ts'
import type { FeedbackAnswer } from '../domain/feedback.ts'
import type { PastRun } from '../domain/past-run.ts'
import type { PlaybookRecordStore } from '../ports/playbook-record-store.ts'
import { playbookRecords, runs } from './schema.ts'
import type { Database } from './database.ts'

export function createPlaybookRecordStore(db: Database): PlaybookRecordStore {
  return {
    append: async (record) => {
      await db.insert(playbookRecords).values(record).onConflictDoNothing()
    },
    countSuccesses: async (playbook, service, owner, criticality) => {
      const { rows } = await db.execute<{ on_service: number; on_similar: number }>(sql`
        SELECT count(*) FILTER (WHERE service = ${service})::int AS on_service,
               count(*) FILTER (WHERE owner IS NOT DISTINCT FROM ${owner} AND criticality = ${criticality})::int AS on_similar
          FROM playbook_records WHERE playbook = ${playbook} AND outcome = 'succeeded'`)
      return { onService: rows[0]?.on_service ?? 0, onSimilar: rows[0]?.on_similar ?? 0 }
    },
    findNewest: async (incidentId) => {
      const rows = await db
        .select({ playbook: playbookRecords.playbook, runId: playbookRecords.runId })
        .from(playbookRecords)
        .innerJoin(runs, eq(runs.id, playbookRecords.runId))
        .where(eq(runs.incidentId, incidentId))
        .orderBy(desc(playbookRecords.id))
        .limit(1)
      return rows[0]
    },
    listPast: async (limit) => {
      const answers = (answer: FeedbackAnswer) =>
        sql<number>`(SELECT count(*)::int FROM feedback WHERE feedback.run_id = playbook_records.run_id
                        AND feedback.question = 'playbook' AND feedback.answer = ${answer})`
      const { playbook, service, owner, criticality, outcome, at } = playbookRecords
      const rows = await db
        .select({
          ...{ playbook, service, owner, criticality, outcome, at },
          ...{ helped: answers('yes'), didNotHelp: answers('no') },
        })
        .from(playbookRecords)
        .orderBy(desc(playbookRecords.at))
        .limit(limit)
      return rows.map((row) => ({ ...row, outcome: row.outcome as PastRun['outcome'] }))
    },
  }
}
