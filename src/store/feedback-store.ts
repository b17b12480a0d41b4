import { and, eq, sql } from './drizzle.ts'
import { feedback, incidents } from './schema.ts'
import type { Database } from './database.ts'
import type { Feedback, FeedbackAnswer, FeedbackQuestion } from '../domain/feedback.ts'
import type { FeedbackStore } from '../ports/feedback-store.ts'

export function createFeedbackStore(db: Database): FeedbackStore {
  return {
    lockResolved: async (incidentId) => {
      const rows = await db
        .select({ state: incidents.state })
        .from(incidents)
        .where(eq(incidents.id, incidentId))
        .for('no key update')
      return rows[0]?.state === 'resolved'
    },
    save: async (given) => {
      const { incidentId, question, personId, ...rest } = given
      const own = [eq(feedback.incidentId, incidentId), eq(feedback.question, question)]
      const before = await db
        .select()
        .from(feedback)
        .where(and(...own, eq(feedback.personId, personId)))
        .for('update')
      await db
        .insert(feedback)
        .values(given)
        .onConflictDoUpdate({
          target: [feedback.incidentId, feedback.question, feedback.personId],
          set: { ...rest, at: sql`clock_timestamp()` },
        })
      return before.map(toFeedback)[0]
    },
    list: async (incidentId) => {
      const rows = await db
        .select()
        .from(feedback)
        .where(eq(feedback.incidentId, incidentId))
        .orderBy(feedback.at, feedback.personId)
      return rows.map(toFeedback)
    },
    listByChanges: async (changeIds) => {
      const rows = await db
        .select()
        .from(feedback)
        .where(sql`${feedback.changeId} = ANY (${sql.param([...changeIds])}::text[])`)
      return rows.map(toFeedback)
    },
  }
}

function toFeedback(row: typeof feedback.$inferSelect): Feedback {
  return { ...row, question: row.question as FeedbackQuestion, answer: row.answer as FeedbackAnswer }
}
