import { sql } from './drizzle.ts'
import type { Awaited, EscalationStore } from '../ports/escalation-store.ts'
import type { Database } from './database.ts'

/** The rows of people asked without a rung, and of the end: the others are numbers. */
const ASKED = 'asked'
const END = 'end'

/** One row a rung, by the table's key: whichever replica climbs it first tells, the others do not. */
export function createEscalationStore(db: Database): EscalationStore {
  return {
    listDue: (shares, limit) => listDue(db, shares, limit),
    climb: async (awaited, rung, people, isLast) => {
      if (!(await insert(db, awaited, String(rung), people))) return false
      if (isLast) await insert(db, awaited, END, [])
      return true
    },
    noteAsked: async (awaited, people) => {
      await db.execute(sql`
        INSERT INTO escalations (proposal_id, step_id, rung, people)
        VALUES (${awaited.proposalId}, ${keyOf(awaited)}, ${ASKED}, ${JSON.stringify(people)}::jsonb)
        ON CONFLICT (proposal_id, step_id, rung) DO UPDATE SET people = escalations.people || excluded.people`)
    },
    listTold: async (awaited) => {
      const { rows } = await db.execute<{ person: string }>(sql`
        SELECT DISTINCT jsonb_array_elements_text(people) AS person FROM escalations
         WHERE proposal_id = ${awaited.proposalId} AND step_id = ${keyOf(awaited)}`)
      return new Set(rows.map(({ person }) => person))
    },
  }
}

function keyOf({ step }: Awaited): string {
  return step === null ? '' : `${step.runId}/${step.stepId}`
}

async function insert(db: Database, awaited: Awaited, rung: string, people: readonly string[]): Promise<boolean> {
  const { rows } = await db.execute(sql`
    INSERT INTO escalations (proposal_id, step_id, rung, people)
    VALUES (${awaited.proposalId}, ${keyOf(awaited)}, ${rung}, ${JSON.stringify(people)}::jsonb)
    ON CONFLICT DO NOTHING RETURNING rung`)
  return rows.length > 0
}

/** Past the last share the look-up gives null, which is never due. */
async function listDue(db: Database, shares: readonly number[], limit: number) {
  const { rows } = await db.execute<{
    proposal_id: string
    run_id: string | null
    step_id: string | null
    rung: number
  }>(sql`
    WITH waiting AS (
      SELECT id AS proposal_id, NULL AS run_id, NULL AS step_id, '' AS key, created_at AS since, expires_at
        FROM proposals WHERE state = 'pending' AND closed_at IS NULL AND tier < 4
      UNION ALL
      SELECT proposal_id, run_id, step_id, run_id || '/' || step_id, asked_at, expires_at
        FROM step_approvals WHERE state = 'pending'
    ), ladder AS (
      SELECT waiting.*, (SELECT count(*)::int FROM escalations e WHERE e.proposal_id = waiting.proposal_id
                            AND e.step_id = waiting.key AND e.rung NOT IN (${ASKED}, ${END})) + 1 AS rung
        FROM waiting
       WHERE expires_at > clock_timestamp()
         AND NOT EXISTS (SELECT FROM escalations e WHERE e.proposal_id = waiting.proposal_id
                            AND e.step_id = waiting.key AND e.rung = ${END})
    )
    SELECT proposal_id, run_id, step_id, rung FROM ladder
     WHERE clock_timestamp() >= since + (expires_at - since) * (${`{${shares.join(',')}}`}::float8[])[rung]
     ORDER BY expires_at LIMIT ${limit}`)
  return rows.map(({ proposal_id: proposalId, run_id: runId, step_id: stepId, rung }) => ({
    awaited: { proposalId, step: runId === null || stepId === null ? null : { runId, stepId } },
    rung,
  }))
}
