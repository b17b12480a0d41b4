import { FEEDBACK_ANSWERS, FEEDBACK_QUESTIONS } from '../../domain/feedback.ts'
import { check, doublePrecision, index, pgTable, primaryKey, text } from '../drizzle.ts'
import { at, now, oneOf } from './columns.ts'
import { incidents } from './incidents.ts'

/** One row a person and question: an answer that is changed replaces the one before, which stays in the audit log. */
export const feedback = pgTable(
  'feedback',
  {
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    question: text('question').notNull(),
    personId: text('person_id').notNull(),
    answer: text('answer').notNull(),
    changeId: text('change_id'),
    runId: text('run_id'),
    probability: doublePrecision('probability'),
    at: at('at').notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.incidentId, table.question, table.personId] }),
    check('feedback_question', oneOf('question', FEEDBACK_QUESTIONS)),
    check('feedback_answer', oneOf('answer', FEEDBACK_ANSWERS)),
    index('feedback_run').on(table.runId),
  ],
)
