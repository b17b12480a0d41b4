import { and, desc, eq, inArray, ne, sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import type { Database } from './database.ts'
import type { Incident, IncidentState } from '../domain/incident.ts'
import type {
  IncidentFilter,
  IncidentPatch,
  IncidentStore,
  MoveCondition,
  NewIncident,
} from '../ports/incident-store.ts'
import { incidents } from './schema.ts'
import { milliseconds } from './milliseconds.ts'
import { storableText } from '../kernel/clean-text.ts'
import { storableIncident, toIncident } from './incident-row.ts'

/** The machine itself is specified in domain/incident.ts; here every move is an UPDATE that names the states it may come from. */
export function createIncidentStore(db: Database): IncidentStore {
  return {
    open: (incident) => open(db, incident),
    find: async (id) => {
      const [row] = await db.select().from(incidents).where(eq(incidents.id, id)).limit(1)
      return row === undefined ? undefined : toIncident(row)
    },
    list: (filter) => list(db, filter),
    move: (id, from, to, condition) => move(db, { id, from, to, condition }),
    patch: (id, patch) => patchIncident(db, id, patch),
  }
}

const now = sql`clock_timestamp()`

async function open(db: Database, incident: NewIncident): Promise<Incident> {
  const [row] = await db.insert(incidents).values(storableIncident(incident)).returning()
  if (row === undefined) throw new Error('The database inserted an incident and returned no row.')
  return toIncident(row)
}

const isWorkedOn = sql`${incidents.state} IN ('open', 'acknowledged')`

function isQuietFor(quietMs: number): SQL {
  return sql`${incidents.quietSince} <= clock_timestamp() - ${milliseconds(quietMs)}`
}

/** Whoever resolves it sets both times; the second one has the index. */
function isResolvedWithin(ms: number): SQL {
  const since = sql`clock_timestamp() - ${milliseconds(ms)}`
  return sql`${incidents.state} = 'resolved' AND ${incidents.resolvedAt} > ${since} AND ${incidents.updatedAt} > ${since}`
}

/** Numbers, not text, order the ids: INC-10 comes after INC-9. */
const number = sql`substring(${incidents.id} from 5)::bigint`

async function list(db: Database, filter: IncidentFilter): Promise<readonly Incident[]> {
  const conditions: SQL[] = []
  if (filter.state !== undefined) conditions.push(eq(incidents.state, filter.state))
  if (filter.service !== undefined) conditions.push(eq(incidents.service, filter.service))
  if (filter.isUnresolved === true) conditions.push(ne(incidents.state, 'resolved'))
  if (filter.resolvedWithinMs !== undefined) conditions.push(isResolvedWithin(filter.resolvedWithinMs))
  if (filter.quietForMs !== undefined) conditions.push(isQuietFor(filter.quietForMs), isWorkedOn)
  const before = /^INC-(\d{1,18})$/.exec(filter.before ?? '')?.[1]
  if (before !== undefined) conditions.push(sql`${number} < ${before}::bigint`)
  const rows = await db
    .select()
    .from(incidents)
    .where(and(...conditions))
    .orderBy(desc(number))
    .limit(filter.limit)
  return rows.map(toIncident)
}

/** The state's own time is set; reopening takes back what closing had set, and the quiet that led to it. */
function timesOf(to: IncidentState) {
  switch (to) {
    case 'open':
      return { acknowledgedAt: null, mitigatedAt: null, resolvedAt: null, quietSince: null }
    case 'acknowledged':
      return { acknowledgedAt: now }
    case 'mitigated':
      return { mitigatedAt: now }
    case 'resolved':
      return { resolvedAt: now }
  }
}

interface Move {
  readonly id: string
  readonly from: readonly IncidentState[]
  readonly to: IncidentState
  readonly condition: MoveCondition | undefined
}

async function move(db: Database, { id, from, to, condition }: Move): Promise<Incident | undefined> {
  const isQuiet = condition === undefined ? undefined : isQuietFor(condition.isQuietForMs)
  const [row] = await db
    .update(incidents)
    .set({ state: to, updatedAt: now, ...timesOf(to) })
    .where(and(eq(incidents.id, id), inArray(incidents.state, [...from]), isQuiet))
    .returning()
  return row === undefined ? undefined : toIncident(row)
}

/** Decided by the row as it is at that moment, since a person may pin it while an alert is being worked on. */
function severityOf(patch: IncidentPatch) {
  if (patch.severity === undefined || patch.severityPinned !== undefined) return {}
  return { severity: sql`CASE WHEN ${incidents.severityPinned} THEN ${incidents.severity} ELSE ${patch.severity} END` }
}

async function patchIncident(db: Database, id: string, patch: IncidentPatch): Promise<Incident | undefined> {
  const [row] = await db
    .update(incidents)
    .set({
      ...patch,
      ...severityOf(patch),
      ...(patch.title === undefined ? {} : { title: storableText(patch.title) }),
      ...(patch.assignments === undefined
        ? {}
        : { assignments: sql`${incidents.assignments} || ${JSON.stringify(patch.assignments)}::jsonb` }),
      updatedAt: now,
    })
    .where(eq(incidents.id, id))
    .returning()
  return row === undefined ? undefined : toIncident(row)
}
