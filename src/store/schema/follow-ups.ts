import { check, index, integer, pgSequence, pgTable, sql, text, uniqueIndex } from '../drizzle.ts'
import { FOLLOW_UP_KINDS, FOLLOW_UP_STATES } from '../../domain/follow-up.ts'
import { at, now, oneOf } from './columns.ts'
import { incidents } from './incidents.ts'
import { runs } from './runs.ts'

export const followUpIds = pgSequence('follow_up_ids')

export const followUps = pgTable(
  'follow_ups',
  {
    id: text('id')
      .primaryKey()
      .default(sql`'FUP-' || nextval('follow_up_ids')`),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id),
    stepId: text('step_id').notNull(),
    kind: text('kind').notNull(),
    app: text('app').notNull(),
    service: text('service'),
    badRevision: text('bad_revision'),
    state: text('state').notNull().default('open'),
    openedAt: at('opened_at').notNull().default(now),
    closedAt: at('closed_at'),
    finding: text('finding'),
    closedBy: text('closed_by'),
    reminders: integer('reminders').notNull().default(0),
    /** When people are told again. */
    remindAt: at('remind_at').notNull(),
    /** When the target is looked at again. */
    lookAt: at('look_at').notNull().default(now),
  },
  (table) => [
    check('follow_ups_state', oneOf('state', FOLLOW_UP_STATES)),
    check('follow_ups_kind', oneOf('kind', FOLLOW_UP_KINDS)),
    uniqueIndex('follow_ups_one_per_step').on(table.runId, table.stepId),
    index('follow_ups_incident').on(table.incidentId),
    index('follow_ups_open')
      .on(table.remindAt)
      .where(sql`state = 'open'`),
  ],
)
