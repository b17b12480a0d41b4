import {
  bigint,
  bigserial,
  check,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  sql,
  text,
  uniqueIndex,
} from '../drizzle.ts'
import { ATTEMPT_STATES, RUN_STATES } from '../../domain/run.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { at, now, oneOf } from './columns.ts'
import { proposals } from './approvals.ts'
import { incidents } from './incidents.ts'

export const runIds = pgSequence('run_ids')

export const runs = pgTable(
  'runs',
  {
    id: text('id')
      .primaryKey()
      .default(sql`'RUN-' || nextval('run_ids')`),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    proposalId: text('proposal_id')
      .notNull()
      .references(() => proposals.id),
    state: text('state').notNull().default('queued'),
    direction: text('direction').notNull().default('forward'),
    fence: bigint('fence', { mode: 'number' }).notNull().default(0),
    leaseOwner: text('lease_owner'),
    leaseUntil: at('lease_until'),
    stopRequestedBy: text('stop_requested_by'),
    stopReason: text('stop_reason'),
    /** Who pressed Undo, and where; null where its playbook undoes it, and of what was pressed before this was kept. */
    undoRequestedBy: text('undo_requested_by'),
    undoRequestedFrom: text('undo_requested_from'),
    createdAt: at('created_at').notNull().default(now),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    detail: text('detail'),
    /** How often claiming it ended in a crash: three times parks the run as `unknown` for a person. */
    crashes: integer('crashes').notNull().default(0),
    /** How long the tries in a row that ended in a crash lasted, the longest of them, as far as their leases tell. */
    crashedAfterMs: bigint('crashed_after_ms', { mode: 'number' }),
    /** Since when, in a row, nothing of it could be put on record; null when the last claim could. */
    unwritableSince: at('unwritable_since'),
    /** When it was last claimed: a holder that has done nothing since then for too long stands still. */
    claimedAt: at('claimed_at'),
  },
  (table) => [
    check('runs_state', oneOf('state', RUN_STATES)),
    uniqueIndex('runs_one_per_proposal').on(table.proposalId),
    index('runs_incident').on(table.incidentId),
    index('runs_active')
      .on(table.leaseUntil)
      .where(sql`state in ('queued', 'running', 'waiting', 'unknown')`),
  ],
)

/** What an active run holds: one active run per target. Rows are released when the run ends. */
export const runTargets = pgTable(
  'run_targets',
  {
    runId: text('run_id')
      .notNull()
      .references(() => runs.id),
    lockKey: text('lock_key').notNull(),
    releasedAt: at('released_at'),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.lockKey] }),
    uniqueIndex('run_targets_one_active')
      .on(table.lockKey)
      .where(sql`released_at is null`),
  ],
)

/** The ledger: one row per try of one effect (or check) of a step. */
export const attempts = pgTable(
  'attempts',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id),
    stepId: text('step_id').notNull(),
    stepIndex: integer('step_index').notNull(),
    direction: text('direction').notNull(),
    effect: text('effect').notNull(),
    number: integer('number').notNull(),
    uses: text('uses').notNull(),
    crashClass: text('crash_class').notNull(),
    state: text('state').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    fence: bigint('fence', { mode: 'number' }).notNull(),
    requestHash: text('request_hash').notNull(),
    before: jsonb('before').$type<JsonObject>(),
    after: jsonb('after').$type<JsonObject>(),
    handle: jsonb('handle').$type<JsonObject>(),
    output: jsonb('output').$type<JsonObject>(),
    detail: text('detail'),
    intendedAt: at('intended_at').notNull().default(now),
    sentAt: at('sent_at'),
    finishedAt: at('finished_at'),
    /** By when the step has to be over; what is still open later stands still. */
    deadlineAt: at('deadline_at'),
  },
  (table) => [
    check('attempts_state', oneOf('state', ATTEMPT_STATES)),
    uniqueIndex('attempts_number').on(table.runId, table.direction, table.stepId, table.effect, table.number),
    uniqueIndex('attempts_one_open')
      .on(table.runId)
      .where(sql`state in ('intended', 'sent', 'unknown')`),
  ],
)

/** What a playbook achieved, for novelty and ranking. */
export const playbookRecords = pgTable(
  'playbook_records',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    playbook: text('playbook').notNull(),
    service: text('service'),
    owner: text('owner'),
    criticality: integer('criticality'),
    outcome: text('outcome').notNull(),
    runId: text('run_id').notNull().unique(),
    at: at('at').notNull().default(now),
  },
  (table) => [index('playbook_records_playbook').on(table.playbook, table.service)],
)
