import { asc, eq, sql } from './drizzle.ts'
import type { Decision } from '../domain/approval.ts'
import type { OnCallStanding } from '../domain/on-call.ts'
import type { Role } from '../domain/person.ts'
import type { Origin } from '../domain/surface.ts'
import type { DecisionStore, NewDecision, RecentDecision } from '../ports/proposal-store.ts'
import { storableText } from '../kernel/clean-text.ts'
import { milliseconds } from './milliseconds.ts'
import { decisions } from './schema.ts'
import type { Database } from './database.ts'

/**
 * One live decision per proposal and person, by a partial unique index: whatever the platform, however often pressed. A
 * withdrawn one stays on record, marked.
 */
export function createDecisionStore(db: Database): DecisionStore {
  return {
    insert: (decision) => insert(db, decision),
    list: async (proposalId) => {
      const rows = await db
        .select()
        .from(decisions)
        .where(eq(decisions.proposalId, proposalId))
        .orderBy(asc(decisions.id))
      return rows.map(toDecision)
    },
    withdraw: async (proposalId, personId) => {
      const rows = await db
        .update(decisions)
        .set({ withdrawnAt: sql`clock_timestamp()` })
        .where(
          sql`${decisions.proposalId} = ${proposalId} AND ${decisions.personId} = ${personId}
              AND ${decisions.decision} = 'approve' AND ${decisions.withdrawnAt} IS NULL`,
        )
        .returning()
      return rows.map(toDecision)[0]
    },
    countRecent: (decision, windowMs) => countRecent(db, decision, windowMs),
    confirm: (proposalId, personId, minAgeMs) => confirm(db, proposalId, personId, minAgeMs),
  }
}

async function insert(db: Database, decision: NewDecision): Promise<Decision | undefined> {
  const rows = await db
    .insert(decisions)
    .values({
      proposalId: decision.proposalId,
      personId: decision.personId,
      personName: decision.personName,
      decision: decision.decision,
      reason: decision.reason === null ? null : storableText(decision.reason),
      planHash: decision.planHash,
      rolesAtTime: [...decision.rolesAtTime],
      groupsAtTime: [...decision.groupsAtTime],
      surface: decision.surface,
      onCall: decision.onCall,
      ...(decision.at === undefined ? {} : { at: decision.at }),
    })
    .onConflictDoNothing()
    .returning()
  return rows.map(toDecision)[0]
}

/** Withdrawn ones count as well: pressing and taking back tires a person no less. */
async function countRecent(db: Database, decision: RecentDecision, windowMs: number): Promise<number> {
  const own = 'proposalId' in decision ? { plan: decision.proposalId, run: '', step: '' } : ofStep(decision)
  const end = sql`${decision.at.toISOString()}::timestamptz`
  const before = sql`person_id = ${decision.personId} AND decision = 'approve'
       AND at <= ${end} AND at > ${end} - ${milliseconds(windowMs)}`
  const { rows } = await db.execute<{ count: number }>(sql`
    SELECT ((SELECT count(*) FROM decisions WHERE ${before} AND proposal_id <> ${own.plan})
          + (SELECT count(*) FROM step_decisions
              WHERE ${before} AND (run_id, step_id) <> (${own.run}, ${own.step})))::int AS count`)
  return rows[0]?.count ?? 0
}

function ofStep({ runId, stepId }: { readonly runId: string; readonly stepId: string }) {
  return { plan: '', run: runId, step: stepId }
}

/** The first press notes; a later one confirms, unless it comes so soon that it is the same press twice. */
async function confirm(db: Database, proposalId: string, personId: string, minAgeMs: number): Promise<boolean> {
  const { rows } = await db.execute<{ is_confirmed: boolean }>(sql`
    INSERT INTO confirmations (proposal_id, person_id) VALUES (${proposalId}, ${personId})
    ON CONFLICT (proposal_id, person_id) DO UPDATE SET at = confirmations.at
    RETURNING xmax <> 0 AND at <= clock_timestamp() - ${milliseconds(minAgeMs)} AS is_confirmed`)
  return rows[0]?.is_confirmed ?? false
}

export function toDecision(row: typeof decisions.$inferSelect): Decision {
  return {
    proposalId: row.proposalId,
    personId: row.personId,
    personName: row.personName,
    decision: row.decision as Decision['decision'],
    reason: row.reason,
    planHash: row.planHash,
    rolesAtTime: row.rolesAtTime as Role[],
    groupsAtTime: row.groupsAtTime,
    surface: row.surface as Origin,
    onCall: row.onCall as OnCallStanding | null,
    at: row.at,
    withdrawnAt: row.withdrawnAt,
  }
}
