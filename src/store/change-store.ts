import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import { changeToJson, selectChanges, toChange } from './change-row.ts'
import type { ChangeEvent, IncomingChange } from '../domain/change-event.ts'
import type { ChangeRow } from './change-row.ts'
import type { ChangeStore } from '../ports/change-store.ts'
import type { Database } from './database.ts'
import { mergeChange } from './merge-change.ts'
import { milliseconds } from './milliseconds.ts'

/** Reports of one service, environment and revision that lie this close together tell of one change (CONTRACT 9). */
const OVERLAP_MS = 10 * 60_000
const MAX_TOUCHED = 50
/** A source that changes its mind for ever does not make a row grow for ever. */
const MOST_ENDINGS = 20

export function createChangeStore(db: Database): ChangeStore {
  return {
    record: (change) => record(db, change),
    find: async (id) => {
      const [row] = await selectChanges(db, sql`changes.id = ${id}`)
      return row === undefined ? undefined : toChange(row)
    },
    listBetween: async (services, from, to) => {
      const rows = await selectChanges(
        db,
        sql`service = ANY (${sql.param([...services])}::text[]) AND at <= ${to.toISOString()}::timestamptz
            AND coalesce(finished_at, at) >= ${from.toISOString()}::timestamptz`,
      )
      return rows.map(toChange)
    },
    listTouchedIncidents: (services) => listTouchedIncidents(db, services),
  }
}

type Recorded = Awaited<ReturnType<ChangeStore['record']>>

/** Under a lock for the service: of two sources that report one deploy at the same moment, the second finds the first. */
async function record(db: Database, report: IncomingChange): Promise<Recorded> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`change ${changeToJson(report).service}`}, 0))`)
  const known = await findByReport(db, report)
  if (known !== undefined) return tellAgain(db, known, report)
  const same = await findSame(db, report)
  if (same === undefined) return { change: await insert(db, report), became: 'new' }
  await insertReport(db, report, same.id)
  const merged = await write(db, same.id, mergeChange(same, report))
  return { change: merged, became: 'merged' }
}

async function findByReport(db: Database, report: IncomingChange): Promise<ChangeEvent | undefined> {
  const { source, sourceId } = changeToJson(report)
  const [row] = await selectChanges(
    db,
    sql`changes.id = (SELECT change_id FROM change_reports WHERE source = ${source} AND source_id = ${sourceId})`,
  )
  return row === undefined ? undefined : toChange(row)
}

/** The same source and id again is a duplicate, unless it now knows how the change ended. */
async function tellAgain(db: Database, known: ChangeEvent, report: IncomingChange): Promise<Recorded> {
  const isNews =
    (report.finishedAt !== null && known.finishedAt === null) ||
    (report.outcome !== null && report.outcome !== 'running' && report.outcome !== known.outcome)
  if (!isNews) return { change: known, became: 'duplicate' }
  return { change: await write(db, known.id, mergeChange(known, report)), became: 'updated' }
}

/** A short revision is the same as the long one it begins; an environment that one source does not know fits any. */
async function findSame(db: Database, report: IncomingChange): Promise<ChangeEvent | undefined> {
  const { revision, service, environment, kind, at, finishedAt } = changeToJson(report)
  if (revision === null) return undefined
  const [row] = await selectChanges(
    db,
    sql`service = ${service} AND kind = ${kind}
      AND (environment IS NULL OR ${environment}::text IS NULL OR environment = ${environment}::text)
      AND (revision = ${revision}
           OR (least(length(revision), length(${revision}::text)) >= 7 AND revision ~ '^[0-9a-f]+$' AND ${revision}::text ~ '^[0-9a-f]+$'
               AND (starts_with(revision, ${revision}::text) OR starts_with(${revision}::text, revision))))
      AND at <= coalesce(${finishedAt}::timestamptz, ${at}::timestamptz) + ${milliseconds(OVERLAP_MS)}
      AND coalesce(finished_at, at) >= ${at}::timestamptz - ${milliseconds(OVERLAP_MS)}`,
  )
  return row === undefined ? undefined : toChange(row)
}

async function insert(db: Database, report: IncomingChange): Promise<ChangeEvent> {
  const given = changeToJson(report)
  const { rows } = await db.execute<ChangeRow>(sql`
    INSERT INTO changes (kind, service, environment, at, finished_at, revision, previous, actor, url, summary, outcome,
                         commits, endings)
    SELECT kind, service, environment, at, "finishedAt", revision, previous, actor, url, summary, outcome,
           nullif(commits, 'null'::jsonb), jsonb_build_array(${ending(sql`outcome`, sql`"finishedAt"`)})
      FROM jsonb_to_record(${JSON.stringify(given)}::jsonb) AS given(
        kind text, service text, environment text, at timestamptz, "finishedAt" timestamptz, revision text,
        previous jsonb, actor text, url text, summary text, outcome text, commits jsonb)
    RETURNING *`)
  const row = requireRow(rows[0])
  await insertReport(db, report, row.id)
  return toChange({ ...row, sources: [{ source: given.source, sourceId: given.sourceId }] })
}

async function insertReport(db: Database, report: IncomingChange, changeId: string): Promise<void> {
  const { source, sourceId } = changeToJson(report)
  await db.execute(
    sql`INSERT INTO change_reports (source, source_id, change_id) VALUES (${source}, ${sourceId}, ${changeId})`,
  )
}

async function write(db: Database, id: string, change: Omit<ChangeEvent, 'id' | 'sources'>): Promise<ChangeEvent> {
  const given = changeToJson({ ...change, source: '', sourceId: '' })
  const [outcome, finishedAt] = [sql`${given.outcome}::text`, sql`${given.finishedAt}::timestamptz`]
  await db.execute(sql`
    UPDATE changes SET environment = ${given.environment}, at = ${given.at}::timestamptz,
           finished_at = ${given.finishedAt}::timestamptz, revision = ${given.revision},
           previous = ${given.previous === null ? null : JSON.stringify(given.previous)}::jsonb, actor = ${given.actor},
           url = ${given.url}, summary = ${given.summary}, outcome = ${given.outcome},
           endings = CASE WHEN (outcome, finished_at) IS NOT DISTINCT FROM (${outcome}, ${finishedAt}) THEN endings
                          WHEN jsonb_array_length(endings) >= ${MOST_ENDINGS} THEN (endings - 0) || ${ending(outcome, finishedAt)}
                          ELSE coalesce(endings, '[]') || ${ending(outcome, finishedAt)} END,
           commits = ${given.commits === null ? null : JSON.stringify(given.commits)}::jsonb
     WHERE id = ${id}`)
  const [row] = await selectChanges(db, sql`changes.id = ${id}`)
  return toChange(requireRow(row))
}

function ending(outcome: SQL, finishedAt: SQL): SQL {
  return sql`jsonb_build_object('outcome', ${outcome}, 'finishedAt', ${finishedAt}, 'at', clock_timestamp())`
}

function requireRow(row: ChangeRow | undefined): ChangeRow {
  if (row === undefined) throw new Error('The database wrote a change and returned no row.')
  return row
}

async function listTouchedIncidents(db: Database, services: readonly string[]): Promise<readonly string[]> {
  const names = sql`${sql.param([...services])}::text[]`
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT id FROM incidents
     WHERE state IN ('open', 'acknowledged')
       AND (service = ANY (${names}) OR EXISTS (SELECT FROM alerts WHERE incident_id = incidents.id AND alerts.service = ANY (${names})))
     ORDER BY opened_at DESC LIMIT ${MAX_TOUCHED}`)
  return rows.map((row) => row.id)
}
