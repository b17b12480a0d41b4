import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'

export interface LogCounts {
  readonly leaves: number
  readonly numbered: number
  readonly highest: number
}

/** The bare table it is compared with: the same columns of a row, and nothing else. */
export async function createPlainTable(owner: Client, appUser: string): Promise<void> {
  await owner.query(`CREATE TABLE bench_plain (entry_id text NOT NULL, event text NOT NULL, incident_id text,
    bytes bytea NOT NULL, leaf_hash text NOT NULL)`)
  await owner.query(`GRANT INSERT ON bench_plain TO ${owner.escapeIdentifier(appUser)}`)
}

export async function countLog(owner: Client): Promise<LogCounts> {
  const { rows } = await owner.query<LogCounts>(`SELECT (SELECT count(*) FROM audit_leaves)::int AS leaves,
    (SELECT count(*) FROM audit_entries)::int AS numbered, (SELECT coalesce(max(seq), 0) FROM audit_entries)::int AS highest`)
  if (rows[0] === undefined) throw new Error('The log cannot be counted.')
  return rows[0]
}

const LOOK_EVERY_MS = 20

/** Nothing waits for its number: what comes next is measured with an empty backlog. */
export async function untilNumbered(owner: Client): Promise<void> {
  for (;;) {
    const { leaves, numbered } = await countLog(owner)
    if (leaves === numbered) return
    await delay(LOOK_EVERY_MS)
  }
}

/** From the moment a leaf was written until its number was, in milliseconds, of every entry in (after, upTo]. */
export async function lagsOf(owner: Client, after: number, upTo: number): Promise<readonly number[]> {
  const { rows } = await owner.query<{ lag: number }>(
    `SELECT (extract(epoch FROM sequenced_at - leaf_at) * 1000)::float8 AS lag
       FROM audit_entries WHERE seq > $1 AND seq <= $2`,
    [after, upTo],
  )
  return rows.map(({ lag }) => lag)
}
