import { sql } from './drizzle.ts'
import type { GlassBreak, GlassVerdict } from '../domain/glass-break.ts'
import type { Role } from '../domain/person.ts'
import type { Origin } from '../domain/surface.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { GlassStore, NewGlassBreak } from '../ports/glass-store.ts'
import { milliseconds } from './milliseconds.ts'
import type { Database } from './database.ts'

interface GlassRow extends Record<string, unknown> {
  readonly proposal_id: string
  readonly incident_id: string
  readonly person_id: string
  readonly person_name: string
  readonly roles_at_time: readonly string[]
  readonly reason: string
  readonly plan_hash: string
  readonly surface: string
  readonly skipped: readonly string[]
  readonly at: string
  readonly until: string
  readonly review_due: string
  readonly reviewed_at: string | null
  readonly reviewer_id: string | null
  readonly reviewer_name: string | null
  readonly verdict: string | null
  readonly review_text: string | null
}

/** Every time that decides something is set and compared here, by the database's clock. */
export function createGlassStore(db: Database): GlassStore {
  const query = async <Row extends GlassRow>(statement: ReturnType<typeof sql>) => {
    const { rows } = await db.execute<Row>(statement)
    return rows
  }
  return {
    breakGlass: (glass) => breakGlass(db, glass),
    find: async (proposalId) => {
      const [row] = await query<GlassRow & { readonly is_over: boolean }>(sql`
        SELECT *, until <= clock_timestamp() AS is_over FROM glass_breaks WHERE proposal_id = ${proposalId}`)
      return row === undefined ? undefined : { glass: toGlassBreak(row), isOver: row.is_over }
    },
    listByIncident: async (incidentId) => {
      const rows = await query(
        sql`SELECT * FROM glass_breaks WHERE incident_id = ${incidentId} ORDER BY at DESC, proposal_id`,
      )
      return rows.map(toGlassBreak)
    },
    list: async (limit) => {
      const rows = await query<GlassRow & { readonly is_overdue: boolean }>(sql`
        SELECT *, reviewed_at IS NULL AND review_due <= clock_timestamp() AS is_overdue
          FROM glass_breaks ORDER BY at DESC, proposal_id LIMIT ${limit}`)
      return rows.map((row) => ({ ...toGlassBreak(row), isOverdue: row.is_overdue }))
    },
    review: async (proposalId, { reviewerId, reviewerName, verdict, text }) => {
      const [row] = await query(sql`
        UPDATE glass_breaks
           SET reviewed_at = clock_timestamp(), reviewer_id = ${reviewerId}, reviewer_name = ${reviewerName},
               verdict = ${verdict}, review_text = ${storableText(text)}
         WHERE proposal_id = ${proposalId} AND reviewed_at IS NULL AND person_id <> ${reviewerId}
        RETURNING *`)
      return row === undefined ? undefined : toGlassBreak(row)
    },
    listOverdue: async (againAfterMs, limit) => {
      const rows = await query(sql`
        SELECT * FROM glass_breaks
         WHERE reviewed_at IS NULL AND review_due <= clock_timestamp()
           AND (reminded_at IS NULL OR reminded_at <= clock_timestamp() - ${milliseconds(againAfterMs)})
         ORDER BY review_due LIMIT ${limit}`)
      return rows.map((row) => row.proposal_id)
    },
    markReminded: async (proposalId, againAfterMs) => {
      const [row] = await query<GlassRow & { readonly is_first: boolean }>(sql`
        UPDATE glass_breaks glass SET reminded_at = clock_timestamp()
          FROM (SELECT proposal_id, reminded_at FROM glass_breaks WHERE proposal_id = ${proposalId} FOR UPDATE) was
         WHERE glass.proposal_id = was.proposal_id AND glass.reviewed_at IS NULL
           AND (was.reminded_at IS NULL OR was.reminded_at <= clock_timestamp() - ${milliseconds(againAfterMs)})
        RETURNING glass.*, was.reminded_at IS NULL AS is_first`)
      return row === undefined ? undefined : { glass: toGlassBreak(row), isFirst: row.is_first }
    },
    describe: async () => {
      const { rows } = await db.execute<{ total: number; unreviewed: number; overdue: number }>(sql`
        SELECT count(*)::int AS total,
               count(*) FILTER (WHERE reviewed_at IS NULL)::int AS unreviewed,
               count(*) FILTER (WHERE reviewed_at IS NULL AND review_due <= clock_timestamp())::int AS overdue
          FROM glass_breaks`)
      return rows[0] ?? { total: 0, unreviewed: 0, overdue: 0 }
    },
  }
}

/** The proposal is approved and the row stands, or neither: one statement. */
async function breakGlass(db: Database, glass: NewGlassBreak): Promise<GlassBreak | undefined> {
  const { rows } = await db.execute<GlassRow>(sql`
    WITH moment AS MATERIALIZED (
      SELECT clock_timestamp() AS at
    ), approved AS (
      UPDATE proposals
         SET state = 'approved', closed_at = NULL, closed_reason = NULL,
             glass_until = moment.at + ${milliseconds(glass.forMs)}
        FROM moment
       WHERE id = ${glass.proposalId} AND state = 'pending' AND plan_hash = ${glass.planHash}
      RETURNING id, glass_until, moment.at
    )
    INSERT INTO glass_breaks (proposal_id, incident_id, person_id, person_name, roles_at_time, reason, plan_hash,
                              surface, skipped, at, until, review_due)
    SELECT id, ${glass.incidentId}, ${glass.personId}, ${glass.personName},
           ${JSON.stringify(glass.rolesAtTime)}::jsonb, ${storableText(glass.reason)}, ${glass.planHash},
           ${glass.surface}, ${JSON.stringify(glass.skipped)}::jsonb, at, glass_until,
           at + ${milliseconds(glass.reviewMs)}
      FROM approved
    RETURNING *`)
  return rows[0] === undefined ? undefined : toGlassBreak(rows[0])
}

function toGlassBreak(row: GlassRow): GlassBreak {
  return {
    proposalId: row.proposal_id,
    incidentId: row.incident_id,
    personId: row.person_id,
    personName: row.person_name,
    rolesAtTime: row.roles_at_time as readonly Role[],
    reason: row.reason,
    planHash: row.plan_hash,
    surface: row.surface as Origin,
    skipped: row.skipped,
    at: new Date(row.at),
    until: new Date(row.until),
    reviewDue: new Date(row.review_due),
    review: reviewOf(row),
  }
}

function reviewOf(row: GlassRow): GlassBreak['review'] {
  const { reviewed_at: at, reviewer_id: reviewerId, reviewer_name: reviewerName, verdict, review_text: text } = row
  if (at === null || reviewerId === null || reviewerName === null || verdict === null || text === null) return null
  return { reviewerId, reviewerName, verdict: verdict as GlassVerdict, text, at: new Date(at) }
}
