import { eq } from './drizzle.ts'
import type { Database } from './database.ts'
import type { FindingsStore, IncidentFindings } from '../ports/incident-store.ts'
import { incidents } from './schema.ts'
import type { JsonObject } from '../kernel/json.ts'
import { NotFoundError } from '../kernel/errors.ts'
import { storableJson } from './storable-json.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Suspect } from '../domain/change-event.ts'

/** Kept in columns of the incident that its own life never touches: collectors and people do not wait for each other. */
export function createFindingsStore(db: Database): FindingsStore {
  return { get: (incidentId) => get(db, incidentId), save: (incidentId, findings) => save(db, incidentId, findings) }
}

interface CauseColumn {
  readonly suspects: readonly (Omit<Suspect, 'at'> & { readonly at: string })[]
  readonly unknownCause: string | null
  readonly unreachable: readonly string[]
}

const CAUSE_FIELDS = ['suspects', 'unknownCause', 'unreachable'] as const

const columns = {
  cause: incidents.suspects,
  summary: incidents.summary,
  noProposal: incidents.noProposal,
  advice: incidents.advice,
  followUps: incidents.followUps,
  collectedAt: incidents.collectedAt,
}

async function get(db: Database, incidentId: string): Promise<IncidentFindings> {
  const [row] = await db.select(columns).from(incidents).where(eq(incidents.id, incidentId)).limit(1)
  if (row === undefined) throw new NotFoundError('incident', incidentId)
  // Written by `save` below and by nothing else.
  const cause = row.cause as unknown as CauseColumn | null
  return {
    suspects: cause?.suspects.map((suspect) => ({ ...suspect, at: new Date(suspect.at) })) ?? [],
    unknownCause: cause?.unknownCause ?? null,
    unreachable: cause?.unreachable ?? [],
    summary: row.summary as unknown as IncidentFindings['summary'],
    noProposal: row.noProposal,
    advice: row.advice as unknown as IncidentFindings['advice'],
    followUps: row.followUps,
    collectedAt: row.collectedAt,
  }
}

async function save(db: Database, incidentId: string, findings: Partial<IncidentFindings>): Promise<void> {
  const { noProposal, collectedAt, summary, advice } = findings
  const changed: Partial<typeof incidents.$inferInsert> = {
    ...(await causeColumn(db, incidentId, findings)),
    ...(summary === undefined ? {} : { summary: toColumn(summary) }),
    ...(advice === undefined ? {} : { advice: toColumn(advice) }),
    ...(noProposal === undefined ? {} : { noProposal: noProposal === null ? null : storableText(noProposal) }),
    ...(collectedAt === undefined ? {} : { collectedAt }),
  }
  if (Object.keys(changed).length === 0) return
  await db.update(incidents).set(changed).where(eq(incidents.id, incidentId))
}

/** Suspects, the reason for having none, and who could not be asked are one column: what is not given stays. */
async function causeColumn(db: Database, incidentId: string, findings: Partial<IncidentFindings>) {
  const given = CAUSE_FIELDS.filter((field) => findings[field] !== undefined)
  if (given.length === 0) return {}
  const before = given.length === CAUSE_FIELDS.length ? findings : await get(db, incidentId)
  const cause = CAUSE_FIELDS.map((field) => [field, given.includes(field) ? findings[field] : before[field]])
  return { suspects: toColumn(Object.fromEntries(cause) as object) }
}

/** Through JSON, so that dates become text before jsonb sees them. */
function toColumn(value: object | null): JsonObject | null {
  return value === null ? null : storableJson(JSON.parse(JSON.stringify(value)) as JsonObject)
}
