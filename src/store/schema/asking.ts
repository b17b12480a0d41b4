import { bigserial, check, index, integer, jsonb, pgTable, primaryKey, sql, text, uniqueIndex } from '../drizzle.ts'
import { proposals } from './approvals.ts'
import { at, now, oneOf } from './columns.ts'

/** What people ask about a pending approval and what is answered; kept with it, and counted for nothing. */
export const proposalQuestions = pgTable(
  'proposal_questions',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    proposalId: text('proposal_id')
      .notNull()
      .references(() => proposals.id),
    /** Empty for the plan itself, else `run/step` of what asks. */
    stepId: text('step_id').notNull().default(''),
    kind: text('kind').notNull(),
    /** Of the question, counted by proposal; an answer carries the number of its question. */
    number: integer('number').notNull(),
    personId: text('person_id').notNull(),
    personName: text('person_name').notNull(),
    text: text('text').notNull(),
    surface: text('surface').notNull(),
    at: at('at').notNull().default(now),
  },
  (table) => [
    check('proposal_questions_kind', oneOf('kind', ['question', 'answer'])),
    index('proposal_questions_proposal').on(table.proposalId, table.id),
    uniqueIndex('proposal_questions_number')
      .on(table.proposalId, table.number)
      .where(sql`kind = 'question'`),
  ],
)

/** Which rung of the ladder was told of a proposal that still waits: once each, whichever replica was first. */
export const escalations = pgTable(
  'escalations',
  {
    proposalId: text('proposal_id')
      .notNull()
      .references(() => proposals.id),
    /** Empty for the plan itself, else `run/step` of what asks. */
    stepId: text('step_id').notNull().default(''),
    rung: text('rung').notNull(),
    /** Ids of whom it told: the next rung goes to others. */
    people: jsonb('people').$type<string[]>().notNull().default([]),
    at: at('at').notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.stepId, table.rung] })],
)
