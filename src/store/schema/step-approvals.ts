import { bigserial, check, index, integer, jsonb, pgTable, primaryKey, sql, text, uniqueIndex } from '../drizzle.ts'
import { STEP_APPROVAL_STATES } from '../../domain/step-approval.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { proposals } from './approvals.ts'
import { at, now, oneOf } from './columns.ts'
import { incidents } from './incidents.ts'
import { runs } from './runs.ts'

/** What a step `approval` of a run asks for: once a run and step. */
export const stepApprovals = pgTable(
  'step_approvals',
  {
    runId: text('run_id')
      .notNull()
      .references(() => runs.id),
    stepId: text('step_id').notNull(),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    proposalId: text('proposal_id')
      .notNull()
      .references(() => proposals.id),
    state: text('state').notNull().default('pending'),
    tier: integer('tier').notNull(),
    title: text('title').notNull(),
    required: jsonb('required').$type<JsonObject>().notNull(),
    nonce: text('nonce').notNull(),
    hash: text('hash').notNull(),
    askedAt: at('asked_at').notNull().default(now),
    expiresAt: at('expires_at').notNull(),
    closedAt: at('closed_at'),
    closedReason: text('closed_reason'),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.stepId] }),
    check('step_approvals_state', oneOf('state', STEP_APPROVAL_STATES)),
    uniqueIndex('step_approvals_one_open')
      .on(table.proposalId)
      .where(sql`state = 'pending'`),
  ],
)

/** As with the plan's decisions: one live decision a person; a withdrawn one stays, marked. */
export const stepDecisions = pgTable(
  'step_decisions',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id),
    stepId: text('step_id').notNull(),
    personId: text('person_id').notNull(),
    personName: text('person_name').notNull(),
    decision: text('decision').notNull(),
    reason: text('reason'),
    hash: text('hash').notNull(),
    rolesAtTime: jsonb('roles_at_time').$type<string[]>().notNull(),
    groupsAtTime: jsonb('groups_at_time').$type<string[]>().notNull(),
    surface: text('surface').notNull(),
    onCall: text('on_call'),
    at: at('at').notNull().default(now),
    withdrawnAt: at('withdrawn_at'),
  },
  (table) => [
    uniqueIndex('step_decisions_one_per_person')
      .on(table.runId, table.stepId, table.personId)
      .where(sql`withdrawn_at is null`),
    check('step_decisions_decision', oneOf('decision', ['approve', 'reject'])),
    index('step_decisions_person_at').on(table.personId, table.at),
  ],
)
