import { and, eq, inArray, sql } from './drizzle.ts'
import type { NewProposal, ProposalQueries, ProposalStore } from '../ports/proposal-store.ts'
import { PROPOSAL_MOVES } from '../domain/approval.ts'
import type { Proposal, ProposalState, QuorumRequirement } from '../domain/approval.ts'
import type { Plan, Tier } from '../domain/plan.ts'
import type { JsonObject } from '../kernel/json.ts'
import { storableText } from '../kernel/clean-text.ts'
import { StaleError } from '../kernel/errors.ts'
import { milliseconds } from './milliseconds.ts'
import { incidents, proposals } from './schema.ts'
import type { Database } from './database.ts'

/**
 * A proposal is open while it is `pending`, or `approved` with a run that has not ended; `closed_at` ends either. The
 * index `proposals_one_open` lets one be open per incident. Every move is conditional on the state it comes from, and
 * whoever decides holds the row's lock: an intent of the executor takes it as well, so the two cannot pass each other.
 */
export function createProposalStore(db: Database): ProposalStore {
  return {
    reserve: (ttlMs) => reserve(db, ttlMs),
    insert: (proposal) => insert(db, proposal),
    find: async (id) => {
      const rows = await selectProposals(db).where(eq(proposals.id, id))
      return rows.map((found) => toProposal(found))[0]
    },
    lock: (id) => lock(db, id),
    move: (id, from, to, reason) => move(db, id, from, to, reason),
  }
}

export function createProposalQueries(db: Database): ProposalQueries {
  const ids = async (query: ReturnType<typeof sql>) => {
    const { rows } = await db.execute<{ id: string }>(query)
    return rows.map((row) => row.id)
  }
  return {
    findCurrent: async (incidentId) => {
      const rows = await selectProposals(db)
        .where(eq(proposals.incidentId, incidentId))
        .orderBy(sql`(${proposals.closedAt} IS NULL) DESC`, sql`substring(${proposals.id} FROM 5)::bigint DESC`)
        .limit(1)
      return rows.map((found) => toProposal(found))[0]
    },
    listByIncident: async (incidentId) => {
      const rows = await selectProposals(db)
        .where(eq(proposals.incidentId, incidentId))
        .orderBy(sql`substring(${proposals.id} FROM 5)::bigint`)
      return rows.map((found) => toProposal(found))
    },
    listExpired: (limit) =>
      ids(sql`
        SELECT p.id FROM proposals p
         WHERE p.closed_at IS NULL AND least(p.expires_at, p.glass_until) <= clock_timestamp()
           AND (p.state = 'pending' OR (p.state = 'approved' AND NOT EXISTS (
                  SELECT FROM runs r WHERE r.proposal_id = p.id AND r.started_at IS NOT NULL)))
         ORDER BY p.expires_at LIMIT ${limit}`),
    listPending: () =>
      ids(sql`SELECT id FROM proposals WHERE state = 'pending' AND closed_at IS NULL ORDER BY created_at`),
    listDueReminders: (beforeExpiryMs) =>
      ids(sql`
        SELECT id FROM proposals
         WHERE state = 'pending' AND closed_at IS NULL AND reminded_at IS NULL
           AND expires_at > clock_timestamp() AND expires_at <= clock_timestamp() + ${milliseconds(beforeExpiryMs)}
         ORDER BY expires_at LIMIT 100`),
    markReminded: async (id) => {
      const rows = await ids(sql`
        UPDATE proposals SET reminded_at = clock_timestamp()
         WHERE id = ${id} AND reminded_at IS NULL AND state = 'pending' RETURNING id`)
      return rows.length > 0
    },
  }
}

/** Whole milliseconds, since the expiry is part of what is hashed and a Date holds no more. */
async function reserve(
  db: Database,
  ttlMs: number,
): Promise<{ readonly id: string; readonly now: Date; readonly expiresAt: Date }> {
  const { rows } = await db.execute<{ id: string; now: string; expires_at: string }>(sql`
    SELECT 'PRO-' || nextval('proposal_ids') AS id, now.at AS now,
           date_trunc('milliseconds', now.at + ${milliseconds(ttlMs)}) AS expires_at
      FROM (SELECT clock_timestamp() AS at) now`)
  const row = rows[0]
  if (row === undefined) throw new Error('The database gave no id for a proposal.')
  return { id: row.id, now: new Date(row.now), expiresAt: new Date(row.expires_at) }
}

async function insert(db: Database, proposal: NewProposal): Promise<Proposal> {
  const inserted = await db
    .insert(proposals)
    .values({
      id: proposal.id,
      incidentId: proposal.incidentId,
      playbook: proposal.plan.playbook.name,
      playbookDigest: proposal.plan.playbook.digest,
      planJson: proposal.planJson,
      planDigest: proposal.planDigest,
      planHash: proposal.planHash,
      tier: proposal.tier,
      tierReasons: [...proposal.tierReasons],
      required: proposal.required as unknown as JsonObject,
      requester: proposal.requester,
      nonce: proposal.nonce,
      policyVersion: proposal.policyVersion,
      reasons: proposal.reasons.map(storableText),
      expiresAt: proposal.expiresAt,
    })
    .onConflictDoNothing()
    .returning({ id: proposals.id })
  if (inserted.length === 0) {
    throw new StaleError('proposal_exists', `${proposal.incidentId} has another open proposal. Look at it first.`)
  }
  const rows = await selectProposals(db).where(eq(proposals.id, proposal.id))
  const stored = rows.map((found) => toProposal(found))[0]
  if (stored === undefined) throw new Error(`${proposal.id} was inserted and cannot be read.`)
  return stored
}

/** The lock comes first and the reading second: a statement that waits for a lock sees the others as they were before. */
async function lock(
  db: Database,
  id: string,
): Promise<{ readonly proposal: Proposal; readonly isExpired: boolean; readonly now: Date } | undefined> {
  await db.execute(sql`SELECT FROM proposals WHERE id = ${id} FOR UPDATE`)
  const [found] = await db
    .select({
      row: proposals,
      quietSince: incidents.quietSince,
      now: sql`statement_timestamp()`.mapWith((text: string) => new Date(text)),
      isExpired: sql<boolean>`least(${proposals.expiresAt}, ${proposals.glassUntil}) <= statement_timestamp()`,
    })
    .from(proposals)
    .innerJoin(incidents, eq(incidents.id, proposals.incidentId))
    .where(eq(proposals.id, id))
  if (found === undefined) return undefined
  return { proposal: toProposal(found), isExpired: found.isExpired, now: found.now }
}

const IS_QUIET = sql`EXISTS (SELECT FROM incidents WHERE id = ${proposals.incidentId} AND quiet_since IS NOT NULL)`

async function move(
  db: Database,
  id: string,
  from: readonly ProposalState[],
  to: ProposalState,
  reason: string | null,
): Promise<Proposal | undefined> {
  const illegal = from.find((state) => !PROPOSAL_MOVES[state].includes(to))
  if (illegal !== undefined) throw new Error(`A proposal cannot go from ${illegal} to ${to}.`)
  const isClosing = to !== 'pending' && to !== 'approved'
  const moved = await db
    .update(proposals)
    .set({
      state: to,
      closedAt: isClosing ? sql`clock_timestamp()` : null,
      closedReason: reason === null ? null : storableText(reason),
      ...(to === 'approved' ? { symptomGone: IS_QUIET } : {}),
    })
    .where(and(eq(proposals.id, id), inArray(proposals.state, [...from])))
    .returning({ id: proposals.id })
  if (moved.length === 0) return undefined
  const rows = await selectProposals(db).where(eq(proposals.id, id))
  return rows.map((found) => toProposal(found))[0]
}

function selectProposals(db: Database) {
  return db
    .select({ row: proposals, quietSince: incidents.quietSince })
    .from(proposals)
    .innerJoin(incidents, eq(incidents.id, proposals.incidentId))
    .$dynamic()
}

interface FoundProposal {
  readonly row: typeof proposals.$inferSelect
  readonly quietSince: Date | null
}

/**
 * While a proposal is pending, whether the symptom is gone is the incident's fact of this moment; once it is approved
 * it is what those who approved had in view, so that a symptom that goes afterwards still stops the run.
 */
export function toProposal({ row, quietSince }: FoundProposal, known?: Proposal): Proposal {
  return {
    id: row.id,
    incidentId: row.incidentId,
    state: row.state as ProposalState,
    // A plan is large, and what is known of it already is the same as long as its text is.
    plan: known?.planJson === row.planJson ? known.plan : (JSON.parse(row.planJson) as Plan),
    planJson: row.planJson,
    planDigest: row.planDigest,
    planHash: row.planHash,
    tier: row.tier as Tier,
    tierReasons: row.tierReasons,
    required: row.required as unknown as QuorumRequirement,
    requester: row.requester,
    nonce: row.nonce,
    policyVersion: row.policyVersion,
    reasons: row.reasons,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    closedAt: row.closedAt,
    closedReason: row.closedReason,
    symptomGone: row.state === 'pending' ? quietSince !== null : row.symptomGone,
    glassUntil: row.glassUntil,
  }
}
