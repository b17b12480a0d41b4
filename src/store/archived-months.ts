import { Client } from 'pg'
import type { SealedLeaf } from '../domain/audit-entry.ts'
import { RefusedError } from '../kernel/errors.ts'
import type { Json } from '../kernel/json.ts'
import { assumeOwnerRole } from './owner-role.ts'

/** Entries from … to, both included. */
export type SeqRun = readonly [from: number, to: number]

export interface ArchivedMonths {
  readonly months: readonly string[]
  readonly entries: number
  /** All that is archived by now, what was before included, in as few runs as there are. */
  readonly runs: readonly SeqRun[]
}

export interface DropMonths {
  /** DATABASE_ADMIN_URL: the service's own login may not. */
  readonly ownerUrl: string
  readonly appUser: string
  /** `YYYY-MM`: months that end before it begins. */
  readonly beforeMonth: string
  /** How many whole months stay, by the database's clock. */
  readonly keepMonths: number
  /** Number → leaf hash of what the archive holds, verified. */
  readonly archive: ReadonlyMap<number, string>
  /** `audit.archived`, which commits with the drop. */
  readonly seal: (archived: ArchivedMonths) => SealedLeaf
}

/**
 * Takes the bytes of whole months out of the database, as the owner and in one transaction: under a lock that keeps
 * everybody out of them, every leaf of each month is looked up in the archive, the months are dropped, and the entry that
 * says so is appended. One leaf that the archive does not hold, or holds otherwise, and nothing is dropped.
 */
export async function dropMonths(options: DropMonths): Promise<ArchivedMonths> {
  const client = new Client({ connectionString: options.ownerUrl, application_name: 'countersign-archive' })
  await client.connect()
  try {
    await client.query("BEGIN; SET LOCAL lock_timeout = '10s'")
    await assumeOwnerRole(client, options.appUser)
    await refuseYoung(client, options)
    const months = await listMonths(client, options.beforeMonth)
    const seqs: number[] = []
    for (const month of months) seqs.push(...(await requireArchived(client, month, options.archive)))
    if (months.length === 0 || seqs.length === 0) throw nothingOld(options.beforeMonth)
    const runs = joinRuns([...(await runsBefore(client)), ...seqs.map((seq): SeqRun => [seq, seq])])
    const archived = { months, entries: seqs.length, runs }
    await append(client, options.seal(archived))
    for (const month of months) {
      await client.query(`ALTER TABLE audit_leaves DETACH PARTITION ${month}`)
      await client.query(`DROP TABLE ${month}`)
    }
    await client.query('COMMIT')
    return archived
  } finally {
    await client.end()
  }
}

async function refuseYoung(client: Client, { beforeMonth, keepMonths }: DropMonths): Promise<void> {
  const { rows } = await client.query<{ latest: string }>(
    `SELECT to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') - make_interval(months => $1::int), 'YYYY-MM') AS latest`,
    [keepMonths],
  )
  const latest = rows[0]?.latest ?? ''
  if (beforeMonth <= latest) return
  throw new RefusedError(
    'too_young',
    `The last ${keepMonths} months stay in the database (audit.retention.months), so --before is ${latest} at the latest; found ${beforeMonth}.`,
  )
}

function nothingOld(beforeMonth: string): RefusedError {
  return new RefusedError(
    'nothing_old',
    `No month of the audit log that ended before ${beforeMonth} is in the database.`,
  )
}

/** By their upper bounds, oldest first; the default partition has none and stays. */
async function listMonths(client: Client, beforeMonth: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM (
       SELECT i.inhrelid::regclass::text AS name,
              substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS until
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_leaves'::regclass) AS months
      WHERE until <= $1::timestamptz ORDER BY until`,
    [`${beforeMonth}-01 00:00:00+00`],
  )
  return rows.map(({ name }) => name)
}

async function requireArchived(
  client: Client,
  month: string,
  archive: ReadonlyMap<number, string>,
): Promise<readonly number[]> {
  await client.query(`LOCK TABLE ${month} IN ACCESS EXCLUSIVE MODE`)
  const { rows } = await client.query<{ seq: string | null; id: string; hash: string }>(
    `SELECT e.seq, l.id, encode(sha256('\\x00'::bytea || l.bytes), 'hex') AS hash
       FROM ${month} l LEFT JOIN audit_entries e ON e.leaf_id = l.id AND e.leaf_hash = l.leaf_hash ORDER BY e.seq`,
  )
  return rows.map(({ seq, id, hash }) => {
    if (seq !== null && archive.get(Number(seq)) === hash) return Number(seq)
    throw new RefusedError(
      'not_archived',
      `Nothing was dropped: leaf ${id} of ${month} (entry ${seq ?? 'without a number'}) is not in the archive as it stands in the database. Export again; if it stays, verify a full export and find out what happened.`,
    )
  })
}

/** What earlier archives said; the newest entry names all of them. */
async function runsBefore(client: Client): Promise<readonly SeqRun[]> {
  const { rows } = await client.query<{ runs: Json }>(
    `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'details' -> 'runs' AS runs FROM audit_leaves
      WHERE event = 'audit.archived' ORDER BY id DESC LIMIT 1`,
  )
  // Written by ourselves, on a log that does not change.
  return (rows[0]?.runs ?? []) as unknown as readonly SeqRun[]
}

function joinRuns(runs: readonly SeqRun[]): readonly SeqRun[] {
  const joined: [number, number][] = []
  for (const [from, to] of runs.toSorted((left, right) => left[0] - right[0])) {
    const last = joined.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

async function append(client: Client, leaf: SealedLeaf): Promise<void> {
  await client.query(
    'INSERT INTO audit_leaves (entry_id, event, incident_id, bytes, leaf_hash) VALUES ($1, $2, $3, $4, $5)',
    [leaf.entryId, leaf.event, leaf.incidentId, Buffer.from(leaf.bytes), leaf.leafHash],
  )
}
