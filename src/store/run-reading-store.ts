import { sql } from './drizzle.ts'
import type { KnownOfRun, RunReading, RunReadingStore } from '../ports/run-reading-store.ts'
import { toAttempt } from './attempt-row.ts'
import type { AttemptRow } from './attempt-row.ts'
import { toDecision } from './decision-store.ts'
import { decisions, incidents, proposals } from './schema.ts'
import { fixedStatement } from './fixed-statement.ts'
import { HOLDS, toFreeze } from './freeze-store.ts'
import type { FreezeRow } from './freeze-store.ts'
import { toIncident } from './incident-row.ts'
import { toProposal } from './proposal-store.ts'
import { rowFromJson } from './row-from-json.ts'
import type { RowJson } from './row-from-json.ts'
import { toRun } from './run-row.ts'
import { ledgerOf, VERSION_OF_FREEZES, versionOfDecisions, versionOfLedger } from './run-versions.ts'
import type { RunRow } from './run-row.ts'
import type { Database } from './database.ts'

interface ReadingRow {
  readonly is_expired: boolean
  readonly proposal_version: string
  readonly incident_version: string
  readonly decisions_version: string
  readonly freezes_version: string
  /** null when both versions are known. */
  readonly proposal: RowJson | null
  readonly incident: RowJson | null
  readonly is_ledger_known: boolean
  readonly run: RunRow
  readonly attempts: readonly AttemptRow[] | null
  readonly decisions: readonly RowJson[] | null
  readonly freezes: readonly FreezeRow[] | null
  readonly alerts: number
  readonly firing: number
  readonly is_confirmed: boolean
}

interface ReadValues {
  readonly runId: string
  readonly proposalVersion: string | null
  readonly incidentVersion: string | null
  readonly ledger: string | null
}

/** Of the proposal `p`. A first press only notes: whether it was gone when the last approval fell stands with the proposal. */
const IS_SYMPTOM_GONE_CONFIRMED = sql`(p.symptom_gone AND EXISTS (
  SELECT FROM confirmations c JOIN decisions d USING (proposal_id, person_id)
   WHERE c.proposal_id = p.id AND d.decision = 'approve' AND d.withdrawn_at IS NULL))`

const READ = fixedStatement<ReadValues, ReadingRow>(
  (value) => sql`
    SELECT least(p.expires_at, p.glass_until) <= statement_timestamp() AS is_expired,
           p.xmin::text AS proposal_version, i.xmin::text AS incident_version,
           ${versionOfDecisions(sql`p.id`)} AS decisions_version, ${VERSION_OF_FREEZES} AS freezes_version,
           CASE WHEN NOT known.rows THEN row_to_json(p) END AS proposal,
           CASE WHEN NOT known.rows THEN row_to_json(i) END AS incident,
           row_to_json(r) AS run, known.ledger AS is_ledger_known,
           CASE WHEN NOT known.ledger
                THEN (SELECT json_agg(a ORDER BY a.id) FROM attempts a WHERE a.run_id = r.id) END AS attempts,
           (SELECT json_agg(d ORDER BY d.id) FROM decisions d WHERE d.proposal_id = p.id) AS decisions,
           (SELECT json_agg(f ORDER BY f.service IS NULL DESC, f.id) FROM freezes f WHERE ${HOLDS}) AS freezes,
           counted.alerts, counted.firing,
           ${IS_SYMPTOM_GONE_CONFIRMED} AS is_confirmed
      FROM runs r
      JOIN proposals p ON p.id = r.proposal_id
      JOIN incidents i ON i.id = r.incident_id
     CROSS JOIN LATERAL (
           SELECT p.xmin::text IS NOT DISTINCT FROM ${value('proposalVersion')}::text
                  AND i.xmin::text IS NOT DISTINCT FROM ${value('incidentVersion')}::text AS rows,
                  coalesce(${value('ledger')}::text = ${versionOfLedger(sql`r.id`)}, false) AS ledger
           OFFSET 0) known
     CROSS JOIN LATERAL (
           SELECT count(*)::int AS alerts, count(*) FILTER (WHERE status = 'firing')::int AS firing
             FROM alerts WHERE incident_id = r.incident_id) counted
     WHERE r.id = ${value('runId')}`,
)

/**
 * What the executor asks before every step, in one round trip instead of eight, and as of one moment. Nothing is locked:
 * what must not change between this and the intent is asked once more by the intent, in its own statement.
 */
export function createRunReadingStore(db: Database): RunReadingStore {
  return {
    read: async (runId, known) => {
      const [row] = await READ(db, {
        runId,
        proposalVersion: known?.versions.proposal ?? null,
        incidentVersion: known?.versions.incident ?? null,
        ledger: known?.attempts === undefined ? null : ledgerOf(known.attempts),
      })
      return row === undefined ? undefined : toReading(row, known)
    },
  }
}

function toReading(row: ReadingRow, known: KnownOfRun | undefined): RunReading {
  return {
    run: toRun(row.run),
    ...rowsOf(row, known),
    isExpired: row.is_expired,
    attempts: (row.is_ledger_known ? known?.attempts : row.attempts?.map(toAttempt)) ?? [],
    decisions: (row.decisions ?? []).map((decision) => toDecision(rowFromJson(decisions, decision))),
    freezes: (row.freezes ?? []).map(toFreeze),
    alerts: { total: row.alerts, firing: row.firing },
    isSymptomGoneConfirmed: row.is_confirmed,
    versions: {
      proposal: row.proposal_version,
      incident: row.incident_version,
      decisions: row.decisions_version,
      freezes: row.freezes_version,
    },
  }
}

function rowsOf(row: ReadingRow, known: KnownOfRun | undefined): Pick<RunReading, 'proposal' | 'incident'> {
  const { proposal, incident } = row
  if (proposal !== null && incident !== null) {
    const incidentRow = rowFromJson(incidents, incident)
    const found = { row: rowFromJson(proposals, proposal), quietSince: incidentRow.quietSince }
    return { proposal: toProposal(found, known?.proposal), incident: toIncident(incidentRow) }
  }
  if (known === undefined) throw new TypeError('A row was left out that nobody knows.')
  return { proposal: known.proposal, incident: known.incident }
}
