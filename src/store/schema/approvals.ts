import {
  bigserial,
  boolean,
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
import { PROPOSAL_STATES } from '../../domain/approval.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { at, now, oneOf } from './columns.ts'
import { incidents } from './incidents.ts'

export const proposalIds = pgSequence('proposal_ids')

export const proposals = pgTable(
  'proposals',
  {
    id: text('id')
      .primaryKey()
      .default(sql`'PRO-' || nextval('proposal_ids')`),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    state: text('state').notNull().default('pending'),
    playbook: text('playbook').notNull(),
    playbookDigest: text('playbook_digest').notNull(),
    planJson: text('plan_json').notNull(),
    planDigest: text('plan_digest').notNull(),
    planHash: text('plan_hash').notNull(),
    tier: integer('tier').notNull(),
    tierReasons: jsonb('tier_reasons').$type<string[]>().notNull(),
    required: jsonb('required').$type<JsonObject>().notNull(),
    requester: text('requester').notNull(),
    nonce: text('nonce').notNull(),
    policyVersion: text('policy_version').notNull(),
    reasons: jsonb('reasons').$type<string[]>().notNull(),
    createdAt: at('created_at').notNull().default(now),
    expiresAt: at('expires_at').notNull(),
    closedAt: at('closed_at'),
    closedReason: text('closed_reason'),
    symptomGone: boolean('symptom_gone').notNull().default(false),
    remindedAt: at('reminded_at'),
    /** Until when the glass stays broken for it; null while nobody broke it. */
    glassUntil: at('glass_until'),
  },
  (table) => [
    check('proposals_state', oneOf('state', PROPOSAL_STATES)),
    uniqueIndex('proposals_one_open')
      .on(table.incidentId)
      .where(sql`state in ('pending', 'approved')  and closed_at is null`),
    index('proposals_incident').on(table.incidentId),
  ],
)

/** What was found out about a plan for those who decide; evidence beside the proposal, never part of what is approved. */
export const proposalPreviews = pgTable('proposal_previews', {
  proposalId: text('proposal_id')
    .primaryKey()
    .references(() => proposals.id),
  preview: jsonb('preview').$type<JsonObject>().notNull(),
  /** How often it was gathered; what could not be read is asked for again a few times. */
  tries: integer('tries').notNull(),
  gatheredAt: at('gathered_at').notNull().default(now),
})

/** Keyed by proposal and person, so that one person counts once, whatever the platform. A withdrawn one stays, marked. */
export const decisions = pgTable(
  'decisions',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    proposalId: text('proposal_id')
      .notNull()
      .references(() => proposals.id),
    personId: text('person_id').notNull(),
    personName: text('person_name').notNull(),
    decision: text('decision').notNull(),
    reason: text('reason'),
    planHash: text('plan_hash').notNull(),
    rolesAtTime: jsonb('roles_at_time').$type<string[]>().notNull(),
    groupsAtTime: jsonb('groups_at_time').$type<string[]>().notNull(),
    surface: text('surface').notNull(),
    /** Null where no schedule is configured. */
    onCall: text('on_call'),
    at: at('at').notNull().default(now),
    withdrawnAt: at('withdrawn_at'),
  },
  (table) => [
    uniqueIndex('decisions_one_per_person')
      .on(table.proposalId, table.personId)
      .where(sql`withdrawn_at is null`),
    check('decisions_decision', oneOf('decision', ['approve', 'reject'])),
    index('decisions_person_at').on(table.personId, table.at),
  ],
)

/** Who was told that the symptom is gone and approved all the same. */
export const confirmations = pgTable(
  'confirmations',
  {
    proposalId: text('proposal_id')
      .notNull()
      .references(() => proposals.id),
    personId: text('person_id').notNull(),
    at: at('at').notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.personId] })],
)

/** Each time somebody ran a plan without its quorum, and the review that it needs. Never deleted. */
export const glassBreaks = pgTable(
  'glass_breaks',
  {
    proposalId: text('proposal_id')
      .primaryKey()
      .references(() => proposals.id),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    personId: text('person_id').notNull(),
    personName: text('person_name').notNull(),
    rolesAtTime: jsonb('roles_at_time').$type<string[]>().notNull(),
    reason: text('reason').notNull(),
    planHash: text('plan_hash').notNull(),
    surface: text('surface').notNull(),
    /** Who could have approved and was not waited for. */
    skipped: jsonb('skipped').$type<string[]>().notNull(),
    at: at('at').notNull().default(now),
    until: at('until').notNull(),
    reviewDue: at('review_due').notNull(),
    remindedAt: at('reminded_at'),
    reviewedAt: at('reviewed_at'),
    reviewerId: text('reviewer_id'),
    reviewerName: text('reviewer_name'),
    verdict: text('verdict'),
    reviewText: text('review_text'),
  },
  (table) => [
    check('glass_breaks_verdict', oneOf('verdict', ['justified', 'unjustified'])),
    index('glass_breaks_incident').on(table.incidentId),
    index('glass_breaks_unreviewed')
      .on(table.reviewDue)
      .where(sql`reviewed_at is null`),
  ],
)

export const freezes = pgTable('freezes', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  service: text('service'),
  reason: text('reason').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: at('created_at').notNull().default(now),
  until: at('until').notNull(),
  liftedAt: at('lifted_at'),
  liftedBy: text('lifted_by'),
})
