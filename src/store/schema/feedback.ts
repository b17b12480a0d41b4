import { FEEDBACK_ANSWERS, FEEDBACK_QUESTIONS } from '../../domain/feedback.ts'
import { check, doublePrecision, index, pgTable, primaryKey, sql, text } from '../drizzle.ts'
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
    check('feedback_unsure', sql`answer <> 'unsure' or question = 'cause'`),
    /** Each answer says what it is about. */
    check('feedback_about', sql`(question = 'cause') = (change_id is not null)`),
    check('feedback_run_about', sql`(question = 'playbook') = (run_id is not null)`),
    index('feedback_run').on(table.runId),
    index('feedback_change').on(table.changeId),
  ],
)
