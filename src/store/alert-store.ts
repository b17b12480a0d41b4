import { asc, eq, sql } from './drizzle.ts'
import type { Alert } from '../domain/alert.ts'
import { alertFromJson, alertToJson, toAlert } from './alert-row.ts'
import type { AlertJson } from './alert-row.ts'
import type {
  AlertCounts,
  AlertStore,
  GroupingContext,
  GroupingQuestion,
  NewAlert,
  UpsertedAlert,
  WrittenAlerts,
} from '../ports/alert-store.ts'
import { alerts } from './schema.ts'
import type { Database } from './database.ts'
import { environmentKey } from '../domain/environment.ts'
import { incidentFromJson, incidentToJson } from './incident-row.ts'
import type { RowJson } from './row-from-json.ts'
import type { NewIncident } from '../ports/incident-store.ts'
import { milliseconds } from './milliseconds.ts'
import { RECENT_MS } from '../domain/recent-alerts.ts'

/**
 * State machine of an alert row, keyed by fingerprint and start: firing → resolved, never back. A fire that comes
 * after the resolve of the same start is late, not new; firing again has a new start and is a row of its own.
 */
export function createAlertStore(db: Database): AlertStore {
  return {
    upsert: (batch, openings) => upsert(db, batch, openings),
    listByIncident: (incidentId, limit) => listByIncident(db, incidentId, limit),
    countByIncidents: (incidentIds) => countByIncidents(db, incidentIds),
    holdQuiet: (incidentIds) => holdQuiet(db, incidentIds),
    loadForGrouping: (question) => loadForGrouping(db, question),
  }
}

/** A storm of alerts in one incident must not become a storm in memory. */
const MAX_LISTED = 1_000
/** The newest alerts of an incident say what it is about; a storm of ten thousand says no more. */
const MAX_LOOKED_AT = 200
/** Of the incidents of a storm only the most alive can be joined. */
const MAX_OF_STORM = 10

interface AlertRow extends Record<string, unknown> {
  readonly kind: 'alert'
  readonly value: AlertJson
  readonly had_status: string | null
  readonly had_incident: boolean | null
}

interface OpenedRow extends Record<string, unknown> {
  readonly kind: 'incident'
  readonly value: RowJson
  readonly had_status: null
  readonly had_incident: null
}

/** The incidents' ids are drawn first, as their column would by itself, so that the alerts can name them at once. */
async function upsert(
  db: Database,
  batch: readonly NewAlert[],
  openings: readonly NewIncident[] = [],
): Promise<WrittenAlerts> {
  if (batch.length === 0) return { opened: [], alerts: [] }
  const { rows } = await db.execute<AlertRow | OpenedRow>(sql`
    WITH opening AS MATERIALIZED (
      SELECT 'INC-' || nextval('incident_ids') AS id, given.*
        FROM jsonb_to_recordset(${JSON.stringify(openings.map(withNumber))}::jsonb) AS given(
          number int, title text, service text, environment text, severity text, origin text, onset_at timestamptz)
    ), opened AS (
      INSERT INTO incidents (id, title, service, environment, severity, origin, onset_at)
      SELECT id, title, service, environment, severity, origin, onset_at FROM opening
      RETURNING *
    ), input AS (
      SELECT coalesce(incident_id, (SELECT id FROM opening WHERE number = opens)) AS incident_id, fingerprint, source,
             status, name, service, environment, severity, labels, annotations, starts_at, ends_at, generator_url
        FROM jsonb_to_recordset(${JSON.stringify(batch.map(alertToJson))}::jsonb) AS given(
          incident_id text, opens int, fingerprint text, source text, status text, name text, service text,
          environment text, severity text, labels jsonb, annotations jsonb, starts_at timestamptz,
          ends_at timestamptz, generator_url text)
    ), earlier AS (
      SELECT fingerprint, starts_at, status, incident_id IS NOT NULL AS had_incident
        FROM alerts WHERE fingerprint = ANY (${sql.param(batch.map((alert) => alert.fingerprint))}::text[])
    ), written AS (
      INSERT INTO alerts AS had (incident_id, fingerprint, source, status, name, service, environment, severity,
                                 labels, annotations, starts_at, ends_at, generator_url)
      SELECT * FROM input
      ON CONFLICT (fingerprint, starts_at) DO UPDATE
         SET status = CASE WHEN had.status = 'resolved' THEN had.status ELSE excluded.status END,
             ends_at = coalesce(had.ends_at, excluded.ends_at),
             incident_id = coalesce(had.incident_id, excluded.incident_id),
             annotations = CASE WHEN excluded.status = 'firing' THEN excluded.annotations ELSE had.annotations END,
             repeats = had.repeats + CASE WHEN had.status = excluded.status THEN 1 ELSE 0 END,
             last_seen_at = clock_timestamp()
      RETURNING *
    )
    SELECT 'alert' AS kind, to_jsonb(written) AS value, earlier.status AS had_status, earlier.had_incident
      FROM written LEFT JOIN earlier USING (fingerprint, starts_at)
    UNION ALL SELECT 'incident', value, NULL, NULL
      FROM (SELECT to_jsonb(opened) AS value FROM opened JOIN opening USING (id) ORDER BY number) AS ordered`)
  return {
    opened: rows.flatMap((row) => (row.kind === 'incident' ? [incidentFromJson(row.value)] : [])),
    alerts: rows.flatMap((row) =>
      row.kind === 'alert' ? [{ alert: alertFromJson(row.value), became: whatBecame(row) }] : [],
    ),
  }
}

function withNumber(incident: NewIncident, number: number): object {
  return { ...incidentToJson(incident), number }
}

function whatBecame(row: AlertRow): UpsertedAlert['became'] {
  const isClaimed = row.had_incident === false && row.value.incident_id !== null
  if (row.had_status === null || isClaimed) return 'new'
  return row.had_status === 'firing' && row.value.status === 'resolved' ? 'resolved' : 'repeated'
}

async function listByIncident(db: Database, incidentId: string, limit = MAX_LISTED): Promise<readonly Alert[]> {
  const rows = await db
    .select()
    .from(alerts)
    .where(eq(alerts.incidentId, incidentId))
    .orderBy(asc(alerts.startsAt), asc(alerts.id))
    .limit(limit)
  return rows.map((row) => toAlert(row, incidentId))
}

async function countByIncidents(
  db: Database,
  incidentIds: readonly string[],
): Promise<ReadonlyMap<string, AlertCounts>> {
  if (incidentIds.length === 0) return new Map()
  const { rows } = await db.execute<AlertCounts & Record<string, unknown> & { readonly id: string }>(sql`
    SELECT incident_id AS id, count(*)::int AS total, count(DISTINCT fingerprint)::int AS "distinct",
           count(*) FILTER (WHERE status = 'firing')::int AS firing
      FROM alerts WHERE incident_id = ANY (${sql.param([...incidentIds])}::text[]) GROUP BY incident_id`)
  return new Map(rows.map(({ id, total, distinct, firing }) => [id, { total, distinct, firing }]))
}

/** Two statements: the count must begin after the rows are held, to see what the last holder committed. */
async function holdQuiet(db: Database, incidentIds: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = sql`${sql.param([...incidentIds])}::text[]`
  await db.execute(sql`SELECT 1 FROM incidents WHERE id = ANY (${ids}) ORDER BY id FOR UPDATE`)
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT held.id FROM unnest(${ids}) AS held(id)
     WHERE NOT EXISTS (SELECT FROM alerts WHERE incident_id = held.id AND status = 'firing')`)
  return new Set(rows.map((row) => row.id))
}

type ContextRow = Record<string, unknown> &
  (
    | { readonly kind: 'now'; readonly value: string }
    | { readonly kind: 'alert'; readonly value: AlertJson }
    | {
        readonly kind: 'incident'
        readonly value: {
          readonly incident: RowJson
          readonly services: readonly string[]
          readonly names: readonly string[]
          readonly last: string | null
          readonly recent: number
        }
      }
  )

/**
 * One statement. Only incidents of the same or neighbouring services are looked at, and a few of those that had an alert
 * just now, so that it costs the same whether ten or ten thousand are open.
 */
async function loadForGrouping(db: Database, question: GroupingQuestion): Promise<GroupingContext> {
  const services = sql`${sql.param([...question.services])}::text[]`
  const fingerprints = sql`${sql.param([...question.fingerprints])}::text[]`
  const since = sql`statement_timestamp() - ${milliseconds(question.windowMs)}`
  const environments = sql`${sql.param([...question.environments])}::text[]`
  const inReach = sql`${sql.param([...question.storm.services])}::text[]`
  const { rows } = await db.execute<ContextRow>(sql`
    WITH storm AS (
      SELECT id FROM incidents
       WHERE updated_at >= statement_timestamp() - ${milliseconds(question.storm.gapMs)}
         AND (${question.storm.anyService}::boolean OR service = ANY (${inReach})
              OR id IN (SELECT incident_id FROM alerts WHERE status = 'firing' AND service = ANY (${inReach})))
         AND lower(trim(coalesce(environment, ${environmentKey(null)}))) = ANY (${environments})
       ORDER BY updated_at DESC LIMIT ${MAX_OF_STORM}
    ), joinable AS (
      SELECT * FROM incidents
       WHERE id = ANY (ARRAY(
               SELECT id FROM incidents WHERE state IN ('open', 'acknowledged') AND service = ANY (${services})
               UNION ALL SELECT id FROM incidents WHERE updated_at >= ${since} AND service = ANY (${services})
               UNION ALL SELECT id FROM incidents
                WHERE ${question.withoutService}::boolean AND service IS NULL AND (state IN ('open', 'acknowledged') OR updated_at >= ${since})
               UNION ALL SELECT incident_id FROM alerts WHERE status = 'firing' AND service = ANY (${services})
               UNION ALL SELECT incident_id FROM alerts WHERE fingerprint = ANY (${fingerprints})
               UNION ALL SELECT id FROM storm))
         AND lower(trim(coalesce(environment, ${environmentKey(null)}))) = ANY (${environments})
         AND (state IN ('open', 'acknowledged') OR updated_at >= ${since})
    ), known AS (
      SELECT * FROM alerts
       WHERE fingerprint = ANY (${fingerprints})
         AND (status = 'firing' OR incident_id IN (SELECT id FROM joinable)
              OR starts_at = ANY (${sql.param(question.startsAt.map((at) => at.toISOString()))}::timestamptz[])
              OR incident_id IS NULL)
    )
    SELECT 'now' AS kind, to_jsonb(clock_timestamp()) AS value
    UNION ALL SELECT 'alert', to_jsonb(known) FROM known
    UNION ALL SELECT 'incident', jsonb_build_object('incident', to_jsonb(joinable),
        'services', coalesce(said.services, '[]'), 'names', coalesce(said.names, '[]'), 'last', said.last,
        'recent', said.recent)
      FROM joinable LEFT JOIN LATERAL (
        SELECT jsonb_agg(DISTINCT service) FILTER (WHERE service IS NOT NULL) AS services,
               jsonb_agg(DISTINCT name) AS names, max(first_seen_at) AS last,
               count(*) FILTER (WHERE first_seen_at >= statement_timestamp() - ${milliseconds(RECENT_MS)}) AS recent
          FROM (SELECT service, name, first_seen_at FROM alerts WHERE incident_id = joinable.id
                 ORDER BY id DESC LIMIT ${MAX_LOOKED_AT}) AS newest) AS said ON true`)
  return toContext(rows)
}

function toContext(rows: readonly ContextRow[]): GroupingContext {
  const now = rows.find((row) => row.kind === 'now')
  return {
    now: new Date(now?.value ?? NaN),
    known: rows.flatMap((row) => (row.kind === 'alert' ? [alertFromJson(row.value)] : [])),
    joinable: rows.flatMap((row) => {
      if (row.kind !== 'incident') return []
      const incident = incidentFromJson(row.value.incident)
      const { services, names, last, recent } = row.value
      const lastAlertAt = last === null ? incident.openedAt : new Date(last)
      return [{ incident, services, alertNames: names, lastAlertAt, recentAlerts: recent }]
    }),
  }
}
