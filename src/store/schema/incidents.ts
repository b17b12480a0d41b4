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
import { INCIDENT_STATES } from '../../domain/incident.ts'
import { SEVERITIES } from '../../domain/severity.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { at, now, oneOf } from './columns.ts'

export const incidentIds = pgSequence('incident_ids')

export const evidenceIds = pgSequence('evidence_ids')

export const changeIds = pgSequence('change_ids')

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
    /** In which order a model would try the playbooks; null until one was asked. */
    advice: jsonb('advice').$type<JsonObject>(),
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
    /** What a push carried, newest first and cut; null where no source told. */
    commits: jsonb('commits').$type<JsonObject>(),
    /** Outcome and end as they were told, each time they were told otherwise, and when; for replays. */
    endings: jsonb('endings').$type<JsonObject[]>(),
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
