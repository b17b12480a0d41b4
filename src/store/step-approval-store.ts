import { and, asc, eq, sql } from './drizzle.ts'
import type { QuorumRequirement } from '../domain/approval.ts'
import type { OnCallStanding } from '../domain/on-call.ts'
import type { Role } from '../domain/person.ts'
import type { Tier } from '../domain/plan.ts'
import type { StepApproval, StepApprovalState, StepDecision } from '../domain/step-approval.ts'
import type { Origin } from '../domain/surface.ts'
import { storableText } from '../kernel/clean-text.ts'
import { StaleError } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { NewStepApproval, NewStepDecision, StepApprovalStore } from '../ports/step-approval-store.ts'
import type { Database } from './database.ts'
import { milliseconds } from './milliseconds.ts'
import { stepApprovals, stepDecisions } from './schema.ts'

/** One row a run and step, one live decision a person: by the table's keys, whatever asks twice. */
export function createStepApprovalStore(db: Database): StepApprovalStore {
  const at = (runId: string, stepId: string) => and(eq(stepApprovals.runId, runId), eq(stepApprovals.stepId, stepId))
  return {
    expiryIn: (ttlMs) => expiryIn(db, ttlMs),
    insert: (approval) => insert(db, approval),
    find: async (runId, stepId) => {
      const [found] = await db
        .select({
          row: stepApprovals,
          leftMs: sql<number>`(extract(epoch FROM ${stepApprovals.expiresAt} - clock_timestamp()) * 1000)::float8`,
        })
        .from(stepApprovals)
        .where(at(runId, stepId))
      return found === undefined ? undefined : { approval: toApproval(found.row), leftMs: found.leftMs }
    },
    list: async (runId) => {
      const rows = await db
        .select()
        .from(stepApprovals)
        .where(eq(stepApprovals.runId, runId))
        .orderBy(asc(stepApprovals.askedAt))
      return rows.map(toApproval)
    },
    move: async (runId, stepId, to, reason) => {
      const rows = await db
        .update(stepApprovals)
        .set({
          state: to,
          closedAt: sql`clock_timestamp()`,
          closedReason: reason === null ? null : storableText(reason),
        })
        .where(and(at(runId, stepId), eq(stepApprovals.state, 'pending')))
        .returning()
      return rows.map(toApproval)[0]
    },
    decide: (decision) => decide(db, decision),
    listDecisions: async (runId) => {
      const rows = await db
        .select()
        .from(stepDecisions)
        .where(eq(stepDecisions.runId, runId))
        .orderBy(asc(stepDecisions.id))
      return rows.map(toDecision)
    },
    withdraw: (runId, stepId, personId) => withdraw(db, runId, stepId, personId),
  }
}

/** Whole milliseconds, since the expiry is part of what is hashed and a Date holds no more. */
async function expiryIn(db: Database, ttlMs: number): Promise<Date> {
  const { rows } = await db.execute<{ at: string }>(
    sql`SELECT date_trunc('milliseconds', clock_timestamp() + ${milliseconds(ttlMs)}) AS at`,
  )
  return new Date(rows[0]?.at ?? Number.NaN)
}

async function insert(db: Database, approval: NewStepApproval): Promise<StepApproval> {
  const rows = await db
    .insert(stepApprovals)
    .values({
      ...approval,
      title: storableText(approval.title),
      required: approval.required as unknown as JsonObject,
    })
    .onConflictDoNothing()
    .returning()
  const stored = rows.map(toApproval)[0]
  if (stored !== undefined) return stored
  throw new StaleError('approval_asked', `${approval.runId} has asked for step ${approval.stepId} already.`)
}

async function decide(db: Database, decision: NewStepDecision): Promise<StepDecision | undefined> {
  const { at, ...given } = decision
  const rows = await db
    .insert(stepDecisions)
    .values({
      ...given,
      reason: given.reason === null ? null : storableText(given.reason),
      rolesAtTime: [...given.rolesAtTime],
      groupsAtTime: [...given.groupsAtTime],
      ...(at === undefined ? {} : { at }),
    })
    .onConflictDoNothing()
    .returning()
  return rows.map(toDecision)[0]
}

async function withdraw(
  db: Database,
  runId: string,
  stepId: string,
  personId: string,
): Promise<StepDecision | undefined> {
  const rows = await db
    .update(stepDecisions)
    .set({ withdrawnAt: sql`clock_timestamp()` })
    .where(
      sql`${stepDecisions.runId} = ${runId} AND ${stepDecisions.stepId} = ${stepId}
          AND ${stepDecisions.personId} = ${personId} AND ${stepDecisions.decision} = 'approve'
          AND ${stepDecisions.withdrawnAt} IS NULL`,
    )
    .returning()
  return rows.map(toDecision)[0]
}

function toApproval(row: typeof stepApprovals.$inferSelect): StepApproval {
  return {
    ...row,
    state: row.state as StepApprovalState,
    tier: row.tier as Tier,
    required: row.required as unknown as QuorumRequirement,
  }
}

function toDecision({ id: _id, ...row }: typeof stepDecisions.$inferSelect): StepDecision {
  return {
    ...row,
    decision: row.decision as StepDecision['decision'],
    rolesAtTime: row.rolesAtTime as Role[],
    groupsAtTime: row.groupsAtTime,
    surface: row.surface as Origin,
    onCall: row.onCall as OnCallStanding | null,
  }
}
