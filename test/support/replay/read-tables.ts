import type { RowSource } from './row-source.ts'
import type { ReplayedState } from '../../../src/audit/replay-entries.ts'

/** The tables in the words of `ReplayedState`. */
export async function readTables(source: RowSource): Promise<ReplayedState> {
  const read = async (query: string): Promise<ReadonlyMap<string, string>> => {
    const rows = await source.rows<{ name: string; text: string }>(query)
    return new Map(rows.map(({ name, text }) => [name, text]))
  }
  return {
    proposals: await read(`SELECT id AS name, state || '; plan ' || plan_hash AS text FROM proposals`),
    decisions: await read(`
      SELECT proposal_id || ' ' || person_id AS name,
             string_agg(decision || CASE WHEN withdrawn_at IS NULL THEN '' ELSE ' withdrawn' END, ', ' ORDER BY id) AS text
        FROM decisions GROUP BY proposal_id, person_id
       UNION ALL
      SELECT proposal_id || ' ' || run_id || '/' || step_id || ' ' || person_id,
             string_agg(decision || CASE WHEN withdrawn_at IS NULL THEN '' ELSE ' withdrawn' END, ', ' ORDER BY id)
        FROM step_decisions JOIN step_approvals USING (run_id, step_id) GROUP BY proposal_id, run_id, step_id, person_id`),
    steps: await read(
      `SELECT run_id || '/' || step_id AS name, state || '; of ' || proposal_id AS text FROM step_approvals`,
    ),
    questions: await read(`
      SELECT proposal_id || ' Q' || number || CASE kind WHEN 'question' THEN '' ELSE ' answers' END AS name,
             string_agg(CASE kind WHEN 'question' THEN 'asked' ELSE 'answered' END || ' by ' || person_id || ' in ' || surface
               || CASE step_id WHEN '' THEN '' ELSE ' about ' || step_id END || ': ' || text, chr(10) ORDER BY id) AS text
        FROM proposal_questions GROUP BY proposal_id, number, kind`),
    runs: await read(`SELECT id AS name, state || '; of ' || proposal_id AS text FROM runs`),
    attempts: await read(`
      SELECT idempotency_key || ' #' || number AS name,
             state || CASE WHEN sent_at IS NULL THEN '' ELSE '; sent' END || '; fence ' || fence || '; request ' || request_hash AS text
        FROM attempts`),
  }
}
