import { sql } from './drizzle.ts'
import type { SQL } from 'drizzle-orm'
import type { Pool } from 'pg'
import type { AuditHead, AuditLag, AuditSequencer, Placement } from '../ports/audit-sequencer.ts'
import type { Database } from './database.ts'
import { leavesBehind, NUMBER_OF_LEAF } from './waiting-leaves.ts'
import { notify } from './notify.ts'
import { runTransaction } from './unit-of-work.ts'

/**
 * Order and completeness. A leaf carries the id of the transaction that wrote it, and leaves are taken in the order of
 * (transaction, leaf) from transactions below the oldest one that still runs (`xmin`), as one snapshot sees both. Every
 * transaction below xmin has ended, so no leaf of it can appear later: none is ever skipped, and the price is that one
 * long transaction holds up the numbers of all later ones. `readLag` shows that, for an alarm.
 *
 * Transaction ids mean something only within one cluster. After a dump was restored elsewhere (another
 * `system_identifier`), one pass takes everything without a number, by leaf, and the order starts anew from that
 * snapshot's xmin: what the pass did not see belongs to transactions at or above it. The epoch goes up, which
 * checkpoints show.
 *
 * All of a batch is one transaction under the lock of the one row, so a crash leaves no gap, and two replicas never
 * number the same leaf; the unique leaf of `audit_entries` would refuse it besides.
 */
interface Row extends Record<string, unknown> {
  readonly origin: string
  readonly epoch: number
  readonly size: number
  readonly link: string
  readonly frontier: readonly string[]
  readonly lastXid: string
  readonly lastLeafId: string | number
  readonly isNewCluster: boolean
  readonly at: string
  readonly covered: string | number | null
}

interface LeafRow extends Record<string, unknown> {
  readonly xmin: string
  readonly id: string | number | null
  readonly xid: string
  /** As text, to the microsecond. */
  readonly at: string
  readonly hash: string
  readonly numbered: boolean
}

export function createAuditSequencer(pool: Pool, db: Database): AuditSequencer {
  return {
    async advance(limit, place) {
      // Without a lock first: an idle log costs one look a second.
      if (!(await hasWaiting(db))) return 0
      return await runTransaction(pool, (transaction) => advance(transaction, limit, place))
    },
    async readHead() {
      const [row] = await selectHead(db, sql``)
      if (row === undefined) throw new Error('The sequencer has no row; run "countersign migrate".')
      return toHead(row)
    },
    async findLink(seq) {
      const { rows } = await db.execute<{ hash: string }>(sql`SELECT hash FROM audit_entries WHERE seq = ${seq}`)
      return rows[0]?.hash
    },
    readLag: () => readLag(db),
    noteCovered: async (size) => {
      await db.execute(
        sql`UPDATE audit_sequencer SET covered = ${size}::bigint WHERE covered IS DISTINCT FROM ${size}::bigint`,
      )
    },
  }
}

async function hasWaiting(db: Database): Promise<boolean> {
  const { rows } = await db.execute<{ waits: boolean }>(
    sql`SELECT EXISTS (SELECT FROM ${behindHead(1, OLDEST_RUNNING)} AS leaf)
            OR s.cluster_id <> (SELECT system_identifier::text FROM pg_control_system()) AS waits
          FROM audit_sequencer s`,
  )
  return rows[0]?.waits === true
}

async function advance(
  db: Database,
  limit: number,
  place: (head: AuditHead, leafHashes: readonly string[]) => Placement,
): Promise<number | undefined> {
  const [row] = await selectHead(db, sql`FOR UPDATE SKIP LOCKED`)
  if (row === undefined) return undefined
  const found = row.isNewCluster ? await selectAllWaiting(db) : await selectNext(db, row, limit)
  if (found[0]?.id === null && !row.isNewCluster) return 0
  const leaves = found.filter((leaf) => leaf.id !== null && !leaf.numbered)
  const placement = place(
    toHead(row),
    leaves.map((leaf) => leaf.hash),
  )
  await insertEntries(db, row.size, leaves, placement)
  await moveHead(db, placement, leaves.length, row.isNewCluster ? startOver(row, found) : goOn(row, found))
  await notify(db, 'audit', String(row.size + leaves.length))
  return leaves.length
}

interface Place {
  readonly xid: string
  readonly leafId: string | number
  readonly epoch: number
}

/** Past what has its number already as well, so that each is looked at once. */
function goOn(row: Row, found: readonly LeafRow[]): Place {
  const last = found.at(-1)
  return { xid: last?.xid ?? row.lastXid, leafId: last?.id ?? row.lastLeafId, epoch: row.epoch }
}

function startOver(row: Row, found: readonly LeafRow[]): Place {
  return { xid: found[0]?.xmin ?? '0', leafId: '0', epoch: row.epoch + 1 }
}

async function moveHead(db: Database, { link, frontier }: Placement, by: number, place: Place): Promise<void> {
  await db.execute(sql`
    UPDATE audit_sequencer
       SET size = size + ${by}, last_hash = ${link}, frontier = ${JSON.stringify(frontier)},
           last_xid = ${place.xid}::text::xid8, last_leaf_id = ${place.leafId}, epoch = ${place.epoch},
           cluster_id = (SELECT system_identifier::text FROM pg_control_system())`)
}

async function selectHead(db: Database, locking: ReturnType<typeof sql>): Promise<readonly Row[]> {
  const { rows } = await db.execute<Row>(sql`
    SELECT origin, epoch, size, last_hash AS link, frontier, last_xid::text AS "lastXid", last_leaf_id AS "lastLeafId",
           coalesce(cluster_id <> (SELECT system_identifier::text FROM pg_control_system()), false) AS "isNewCluster",
           to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, covered
      FROM audit_sequencer WHERE id = 1 ${locking}`)
  return rows
}

function toHead({ origin, epoch, size, link, frontier, at, covered }: Row): AuditHead {
  return { origin, epoch, size, link, frontier, at, covered: covered === null ? null : Number(covered) }
}

const SNAPSHOT = sql`(SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) AS snapshot`
/** What one look counts at most: beyond that it is many, and somebody should look. */
const COUNTED = 10_000
const OLDEST_RUNNING = sql`pg_snapshot_xmin(pg_current_snapshot())`
const behindHead = (limit: number, below?: SQL) =>
  leavesBehind({ xid: sql`s.last_xid`, leafId: sql`s.last_leaf_id`, limit, ...(below === undefined ? {} : { below }) })

async function selectNext(db: Database, row: Row, limit: number): Promise<readonly LeafRow[]> {
  const next = leavesBehind({
    xid: sql`${row.lastXid}::text::xid8`,
    leafId: sql`${row.lastLeafId}::bigint`,
    limit,
    below: sql`snapshot.xmin`,
  })
  const { rows } = await db.execute<LeafRow>(sql`
    SELECT snapshot.xmin::text AS xmin, leaf.id, leaf.xid::text AS xid, leaf.at::text AS at, leaf.leaf_hash AS hash,
           ${NUMBER_OF_LEAF} IS NOT NULL AS numbered
      FROM ${SNAPSHOT} LEFT JOIN LATERAL ${next} AS leaf ON true`)
  return rows
}

async function selectAllWaiting(db: Database): Promise<readonly LeafRow[]> {
  const { rows } = await db.execute<LeafRow>(sql`
    SELECT snapshot.xmin::text AS xmin, leaf.* FROM ${SNAPSHOT} LEFT JOIN LATERAL (
      SELECT l.id, l.xid::text AS xid, l.at::text AS at, l.leaf_hash AS hash, false AS numbered FROM audit_leaves l
       WHERE NOT EXISTS (SELECT FROM audit_entries e WHERE e.leaf_id = l.id) ORDER BY l.id) AS leaf ON true`)
  return rows
}

async function insertEntries(
  db: Database,
  size: number,
  leaves: readonly LeafRow[],
  { entries }: Placement,
): Promise<void> {
  if (leaves.length === 0) return
  await db.execute(sql`
    INSERT INTO audit_entries (seq, leaf_id, leaf_at, leaf_hash, prev_hash, hash)
    SELECT ${size}::bigint + number, leaf_id, leaf_at, leaf_hash, prev_hash, hash
      FROM unnest(${sql.param(leaves.map((leaf) => leaf.id))}::bigint[],
                  ${sql.param(leaves.map((leaf) => leaf.at))}::timestamptz[],
                  ${sql.param(leaves.map((leaf) => leaf.hash))}::text[],
                  ${sql.param(entries.map((entry) => entry.prevHash))}::text[],
                  ${sql.param(entries.map((entry) => entry.hash))}::text[])
           WITH ORDINALITY AS placed (leaf_id, leaf_at, leaf_hash, prev_hash, hash, number)`)
}

async function readLag(db: Database): Promise<AuditLag> {
  const { rows } = await db.execute<{ waiting: number; oldest: number | null }>(sql`
    SELECT count(*)::int AS waiting, extract(epoch FROM clock_timestamp() - min(leaf.at))::float8 AS oldest
      FROM audit_sequencer s, LATERAL ${behindHead(COUNTED)} AS leaf
     WHERE ${NUMBER_OF_LEAF} IS NULL`)
  return { waiting: rows[0]?.waiting ?? 0, oldestSeconds: rows[0]?.oldest ?? 0 }
}
