import { sql } from './drizzle.ts'
import type { Decision, Proposal, ProposalState, QuorumRequirement } from '../domain/approval.ts'
import type { OnCallStanding } from '../domain/on-call.ts'
import type { Role } from '../domain/person.ts'
import type { Plan, Tier } from '../domain/plan.ts'
import type { Origin } from '../domain/surface.ts'
import type { Attempt } from '../domain/run.ts'
import type { KnownOfRun, RunReading, RunReadingStore } from '../ports/run-reading-store.ts'
import { toAttempt } from './attempt-row.ts'
import type { AttemptRow } from './attempt-row.ts'
import { fixedStatement } from './fixed-statement.ts'
import { HOLDS, toFreeze } from './freeze-store.ts'
import type { FreezeRow } from './freeze-store.ts'
import { incidentFromJson } from './incident-row.ts'
import type { IncidentJson } from './incident-row.ts'
import { toDate, toRun } from './run-row.ts'
import type { RunRow } from './run-row.ts'
import type { Database } from './database.ts'

/** A row of `decisions` as `json_agg` hands it out. */
interface DecisionJson {
  readonly proposal_id: string
  readonly person_id: string
  readonly person_name: string
  readonly decision: string
  readonly reason: string | null
  readonly plan_hash: string
  readonly roles_at_time: readonly string[]
  readonly groups_at_time: readonly string[]
  readonly surface: string
  readonly on_call: OnCallStanding | null
  readonly at: string
  readonly withdrawn_at: string | null
}

/** A row of `proposals` as `row_to_json` hands it out. */
interface ProposalJson {
  readonly id: string
  readonly incident_id: string
  readonly state: string
  readonly plan_json: string
  readonly plan_digest: string
  readonly plan_hash: string
  readonly tier: number
  readonly tier_reasons: readonly string[]
  readonly required: QuorumRequirement
  readonly requester: string
  readonly nonce: string
  readonly policy_version: string
  readonly reasons: readonly string[]
  readonly created_at: string
  readonly expires_at: string
  readonly closed_at: string | null
  readonly closed_reason: string | null
  readonly symptom_gone: boolean
  readonly glass_until: string | null
}

interface ReadingRow {
  readonly is_expired: boolean
  readonly proposal_version: string
  readonly incident_version: string
  /** null when both versions are known. */
  readonly proposal: ProposalJson | null
  readonly incident: IncidentJson | null
  readonly is_ledger_known: boolean
  readonly run: RunRow
  readonly attempts: readonly AttemptRow[] | null
  readonly decisions: readonly DecisionJson[] | null
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
                  coalesce(${value('ledger')}::text = (
                    SELECT coalesce(string_agg(a.id || ' ' || a.state, ',' ORDER BY a.id), '')
                      FROM attempts a WHERE a.run_id = r.id), false) AS ledger
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

/** As the statement puts it together. */
function ledgerOf(attempts: readonly Attempt[]): string {
  return attempts.map(({ id, state }) => `${id} ${state}`).join(',')
}

function toReading(row: ReadingRow, known: KnownOfRun | undefined): RunReading {
  return {
    run: toRun(row.run),
    ...rowsOf(row, known),
    isExpired: row.is_expired,
    attempts: (row.is_ledger_known ? known?.attempts : row.attempts?.map(toAttempt)) ?? [],
    decisions: (row.decisions ?? []).map(toDecision),
    freezes: (row.freezes ?? []).map(toFreeze),
    alerts: { total: row.alerts, firing: row.firing },
    isSymptomGoneConfirmed: row.is_confirmed,
    versions: { proposal: row.proposal_version, incident: row.incident_version },
  }
}

function rowsOf(row: ReadingRow, known: KnownOfRun | undefined): Pick<RunReading, 'proposal' | 'incident'> {
  const { proposal, incident } = row
  if (proposal !== null && incident !== null) {
    return { proposal: toProposal(proposal, incident, known?.proposal), incident: incidentFromJson(incident) }
  }
  if (known === undefined) throw new TypeError('A row was left out that nobody knows.')
  return { proposal: known.proposal, incident: known.incident }
}

function toProposal(row: ProposalJson, incident: IncidentJson, known: Proposal | undefined): Proposal {
  return {
    id: row.id,
    incidentId: row.incident_id,
    state: row.state as ProposalState,
    plan: known?.planJson === row.plan_json ? known.plan : (JSON.parse(row.plan_json) as Plan),
    planJson: row.plan_json,
    planDigest: row.plan_digest,
    planHash: row.plan_hash,
    tier: row.tier as Tier,
    tierReasons: row.tier_reasons,
    required: row.required,
    requester: row.requester,
    nonce: row.nonce,
    policyVersion: row.policy_version,
    reasons: row.reasons,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    closedAt: toDate(row.closed_at),
    closedReason: row.closed_reason,
    // While it is pending it is the incident's fact of this moment, as in `proposal-store.ts`.
    symptomGone: row.state === 'pending' ? incident.quiet_since !== null : row.symptom_gone,
    glassUntil: toDate(row.glass_until),
  }
}

function toDecision(row: DecisionJson): Decision {
  return {
    proposalId: row.proposal_id,
    personId: row.person_id,
    personName: row.person_name,
    decision: row.decision as Decision['decision'],
    reason: row.reason,
    planHash: row.plan_hash,
    rolesAtTime: row.roles_at_time as Role[],
    groupsAtTime: row.groups_at_time,
    surface: row.surface as Origin,
    onCall: row.on_call,
    at: new Date(row.at),
    withdrawnAt: toDate(row.withdrawn_at),
  }
}
