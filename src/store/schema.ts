import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { ATTEMPT_STATES, RUN_STATES } from '../domain/run.ts'
import { INCIDENT_STATES } from '../domain/incident.ts'
import { PROPOSAL_STATES } from '../domain/approval.ts'
import { SEVERITIES } from '../domain/severity.ts'
import type { JsonObject } from '../kernel/json.ts'

/**
 * Every table. Times that decide something are set by the database (`clock_timestamp()`), never by a replica.
 * Text that came from outside may hold U+0000 and lone surrogates, which `text` and `jsonb` refuse: what is shown is
 * stored with U+FFFD in their place, and the exact bytes of a delivery are kept in `deliveries.body`.
 */
const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value),
})
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' })

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 6 })
const now = sql`clock_timestamp()`
const oneOf = (column: string, values: readonly string[]) =>
  sql.raw(`${column} in (${values.map((value) => `'${value}'`).join(', ')})`)

export const incidentIds = pgSequence('incident_ids')
export const proposalIds = pgSequence('proposal_ids')
export const runIds = pgSequence('run_ids')
export const evidenceIds = pgSequence('evidence_ids')
export const changeIds = pgSequence('change_ids')

/** One row per verified request: the same source and key again is a duplicate; the exact bytes are kept. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    source: text('source').notNull(),
    deliveryKey: text('delivery_key').notNull(),
    body: bytea('body').notNull(),
    status: integer('status').notNull(),
    /** The answer given, so that a replay gets the same. */
    answer: jsonb('answer').$type<JsonObject>().notNull(),
    replays: integer('replays').notNull().default(0),
    receivedAt: at('received_at').notNull().default(now),
  },
  (table) => [
    uniqueIndex('deliveries_source_key').on(table.source, table.deliveryKey),
    index('deliveries_received').on(table.receivedAt),
  ],
)

/** Refusals before authentication: one audit entry per source, reason and minute, with a count. */
export const refusalCounts = pgTable(
  'refusal_counts',
  {
    source: text('source').notNull(),
    reason: text('reason').notNull(),
    minute: at('minute').notNull(),
    count: integer('count').notNull().default(1),
    auditedAt: at('audited_at'),
  },
  (table) => [primaryKey({ columns: [table.source, table.reason, table.minute] })],
)

export const incidents = pgTable(
  'incidents',
  {
    id: text('id')
      .primaryKey()
      .default(sql`'INC-' || nextval('incident_ids')`),
    title: text('title').notNull(),
    service: text('service'),
    environment: text('environment'),
    severity: text('severity').notNull(),
    severityPinned: boolean('severity_pinned').notNull().default(false),
    state: text('state').notNull().default('open'),
    origin: text('origin').notNull(),
    onsetAt: at('onset_at').notNull(),
    openedAt: at('opened_at').notNull().default(now),
    updatedAt: at('updated_at').notNull().default(now),
    acknowledgedAt: at('acknowledged_at'),
    mitigatedAt: at('mitigated_at'),
    resolvedAt: at('resolved_at'),
    quietSince: at('quiet_since'),
    assignments: jsonb('assignments').$type<Record<string, string>>().notNull().default({}),
    /** Ranked suspects of the last look, with what could not be reached; null until looked. */
    suspects: jsonb('suspects').$type<JsonObject>(),
    summary: jsonb('summary').$type<JsonObject>(),
    /** Why nothing is proposed, null otherwise. */
    noProposal: text('no_proposal'),
    followUps: jsonb('follow_ups').$type<string[]>().notNull().default([]),
    collectedAt: at('collected_at'),
    pagerdutyIncidentId: text('pagerduty_incident_id'),
  },
  (table) => [
    check('incidents_state', oneOf('state', INCIDENT_STATES)),
    check('incidents_severity', oneOf('severity', SEVERITIES)),
    index('incidents_open')
      .on(table.environment, table.service)
      .where(sql`state <> 'resolved'`),
    index('incidents_updated').on(table.updatedAt),
  ],
)

export const alerts = pgTable(
  'alerts',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    /** null for a resolve that came before its fire: kept, so that the late fire does not ring. */
    incidentId: text('incident_id').references(() => incidents.id),
    fingerprint: text('fingerprint').notNull(),
    source: text('source').notNull(),
    status: text('status').notNull(),
    name: text('name').notNull(),
    service: text('service'),
    environment: text('environment'),
    severity: text('severity').notNull(),
    labels: jsonb('labels').$type<Record<string, string>>().notNull(),
    annotations: jsonb('annotations').$type<Record<string, string>>().notNull(),
    startsAt: at('starts_at').notNull(),
    endsAt: at('ends_at'),
    generatorUrl: text('generator_url'),
    repeats: integer('repeats').notNull().default(0),
    firstSeenAt: at('first_seen_at').notNull().default(now),
    lastSeenAt: at('last_seen_at').notNull().default(now),
  },
  (table) => [
    uniqueIndex('alerts_fingerprint_start').on(table.fingerprint, table.startsAt),
    index('alerts_incident').on(table.incidentId),
    /** What a new alert of the service may join; small, since most alerts have ended. */
    index('alerts_firing_service')
      .on(table.service)
      .where(sql`status = 'firing'`),
    check('alerts_status', oneOf('status', ['firing', 'resolved'])),
  ],
)

export const changes = pgTable(
  'changes',
  {
    id: text('id')
      .primaryKey()
      .default(sql`'CHG-' || nextval('change_ids')`),
    kind: text('kind').notNull(),
    service: text('service').notNull(),
    environment: text('environment'),
    at: at('at').notNull(),
    finishedAt: at('finished_at'),
    revision: text('revision'),
    previous: jsonb('previous').$type<JsonObject>(),
    actor: text('actor'),
    url: text('url'),
    summary: text('summary'),
    outcome: text('outcome'),
    receivedAt: at('received_at').notNull().default(now),
  },
  (table) => [index('changes_service_at').on(table.service, table.at), index('changes_at').on(table.at)],
)

export const changeReports = pgTable(
  'change_reports',
  {
    source: text('source').notNull(),
    sourceId: text('source_id').notNull(),
    changeId: text('change_id')
      .notNull()
      .references(() => changes.id),
    receivedAt: at('received_at').notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.source, table.sourceId] }),
    index('change_reports_change').on(table.changeId),
  ],
)

export const evidence = pgTable(
  'evidence',
  {
    id: text('id')
      .primaryKey()
      .default(sql`'EV-' || nextval('evidence_ids')`),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    key: text('key').notNull(),
    kind: text('kind').notNull(),
    source: text('source').notNull(),
    at: at('at').notNull(),
    fact: text('fact').notNull(),
    url: text('url'),
    data: jsonb('data').$type<JsonObject>().notNull(),
    collectedAt: at('collected_at').notNull().default(now),
  },
  (table) => [uniqueIndex('evidence_incident_key').on(table.incidentId, table.key)],
)

export const timelineEntries = pgTable(
  'timeline_entries',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    at: at('at').notNull().default(now),
    actor: jsonb('actor').$type<JsonObject>().notNull(),
    origin: text('origin').notNull(),
    event: text('event').notNull(),
    text: text('text').notNull(),
  },
  (table) => [index('timeline_incident').on(table.incidentId, table.id)],
)

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
  },
  (table) => [
    check('proposals_state', oneOf('state', PROPOSAL_STATES)),
    uniqueIndex('proposals_one_open')
      .on(table.incidentId)
      .where(sql`state in ('pending', 'approved')  and closed_at is null`),
    index('proposals_incident').on(table.incidentId),
  ],
)

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
    createdAt: at('created_at').notNull().default(now),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    detail: text('detail'),
    /** How often claiming it ended in a crash: three times parks the run as `unknown` for a person. */
    crashes: integer('crashes').notNull().default(0),
  },
  (table) => [
    check('runs_state', oneOf('state', RUN_STATES)),
    uniqueIndex('runs_one_per_proposal').on(table.proposalId),
    index('runs_incident').on(table.incidentId),
    index('runs_active')
      .on(table.leaseUntil)
      .where(sql`state in ('queued', 'running', 'waiting')`),
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
  },
  (table) => [
    check('attempts_state', oneOf('state', ATTEMPT_STATES)),
    uniqueIndex('attempts_number').on(table.runId, table.direction, table.stepId, table.effect, table.number),
    uniqueIndex('attempts_one_open')
      .on(table.runId)
      .where(sql`state in ('intended', 'sent', 'unknown')`),
  ],
)

/** Every sent copy of an incident's card. */
export const cards = pgTable(
  'cards',
  {
    id: text('id').primaryKey(),
    incidentId: text('incident_id')
      .notNull()
      .references(() => incidents.id),
    surface: text('surface').notNull(),
    channel: text('channel').notNull(),
    /** null until the post was answered. */
    message: text('message'),
    attemptedAt: at('attempted_at'),
    postedAt: at('posted_at'),
    updatedAt: at('updated_at'),
    /** Hash of what is shown, so that an unchanged card is not sent again. */
    shownHash: text('shown_hash'),
  },
  (table) => [
    uniqueIndex('cards_incident_place').on(table.incidentId, table.surface, table.channel),
    index('cards_message').on(table.surface, table.channel, table.message),
  ],
)

export const outboxMessages = pgTable(
  'outbox_messages',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    surface: text('surface').notNull(),
    kind: text('kind').notNull(),
    incidentId: text('incident_id'),
    /** The channel it goes to, for budgets; null for direct messages. */
    channel: text('channel'),
    priority: integer('priority').notNull(),
    /** Waiting messages with the same key are one. */
    coalesceKey: text('coalesce_key'),
    payload: jsonb('payload').$type<JsonObject>().notNull(),
    state: text('state').notNull().default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    /** Grows when the same message is asked for again: what was sent meanwhile is then sent once more. */
    version: integer('version').notNull().default(1),
    notBefore: at('not_before').notNull().default(now),
    lastError: text('last_error'),
    createdAt: at('created_at').notNull().default(now),
    sentAt: at('sent_at'),
  },
  (table) => [
    check('outbox_state', oneOf('state', ['waiting', 'sending', 'sent', 'dead'])),
    uniqueIndex('outbox_coalesce')
      .on(table.coalesceKey)
      .where(sql`state = 'waiting' and coalesce_key is not null`),
    index('outbox_due')
      .on(table.surface, table.priority, table.id)
      .where(sql`state in ('waiting', 'sending')`),
  ],
)

/** Named leases by database time: one deliverer per surface, one clock tick. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  owner: text('owner').notNull(),
  fence: bigint('fence', { mode: 'number' }).notNull().default(1),
  until: at('until').notNull(),
})

/** Verified requests already served (Slack signatures, Teams activities, console posts); rows older than a day are dropped. */
export const servedRequests = pgTable(
  'served_requests',
  {
    surface: text('surface').notNull(),
    requestKey: text('request_key').notNull(),
    status: integer('status'),
    answer: text('answer'),
    replays: integer('replays').notNull().default(0),
    receivedAt: at('received_at').notNull().default(now),
  },
  (table) => [
    primaryKey({ columns: [table.surface, table.requestKey] }),
    index('served_requests_received').on(table.receivedAt),
  ],
)

/** Stage one of the audit log: INSERT and SELECT only for the application, by grants and by triggers. */
export const auditLeaves = pgTable(
  'audit_leaves',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    xid: xid8('xid')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    at: at('at').notNull().default(now),
    entryId: text('entry_id').notNull().unique(),
    event: text('event').notNull(),
    incidentId: text('incident_id'),
    bytes: bytea('bytes').notNull(),
    leafHash: text('leaf_hash').notNull(),
  },
  (table) => [
    index('audit_leaves_order').on(table.xid, table.id),
    index('audit_leaves_incident').on(table.incidentId),
    // The bytes are what counts: a leaf whose hash is not theirs never gets in.
    check('audit_leaves_hash', sql`leaf_hash = encode(sha256('\\x00'::bytea || bytes), 'hex')`),
  ],
)

/** Stage two: the sequencer's numbering and chain, insert-only as well. */
export const auditEntries = pgTable('audit_entries', {
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  leafId: bigint('leaf_id', { mode: 'number' })
    .notNull()
    .unique()
    .references(() => auditLeaves.id),
  prevHash: text('prev_hash').notNull(),
  hash: text('hash').notNull(),
  sequencedAt: at('sequenced_at').notNull().default(now),
})

/** The sequencer's place; one row, locked while it works. `frontier` is the compact Merkle range of all leaf hashes so far. */
export const auditSequencer = pgTable('audit_sequencer', {
  id: integer('id').primaryKey().default(1),
  /** Which log this is, on every checkpoint. */
  origin: text('origin')
    .notNull()
    .default(sql`'countersign/' || gen_random_uuid()`),
  epoch: integer('epoch').notNull().default(1),
  size: bigint('size', { mode: 'number' }).notNull().default(0),
  lastHash: text('last_hash').notNull(),
  lastXid: xid8('last_xid').notNull(),
  lastLeafId: bigint('last_leaf_id', { mode: 'number' }).notNull().default(0),
  /** Transaction ids mean something only within one cluster: after a dump and restore the sequencer starts from a new place. */
  clusterId: text('cluster_id'),
  frontier: jsonb('frontier').$type<string[]>().notNull().default([]),
})

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

/** Heartbeats of running replicas, for readiness, for the auditor of stuck work and for the console. */
export const replicas = pgTable('replicas', {
  id: text('id').primaryKey(),
  role: text('role').notNull(),
  version: text('version').notNull(),
  startedAt: at('started_at').notNull().default(now),
  seenAt: at('seen_at').notNull().default(now),
  stoppedAt: at('stopped_at'),
})
