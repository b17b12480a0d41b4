import { Client } from 'pg'

export interface WhatWasRead {
  readonly object: string
  readonly actor?: string
  readonly origin?: string
}

/** The entries that tell of reads, as an owner of the database sees them. */
export interface Readings {
  /** The sum of the counts of all entries that fit. */
  sumOf(what: WhatWasRead): Promise<number>
  /** Entries of reads that were written after the service had stopped; null where it did not stop. */
  afterStop(): Promise<number | null>
  /** Nobody can append until it is released. */
  lockLeaves(): Promise<{ release(): Promise<void> }>
  close(): Promise<void>
}

export async function openReadings(ownerUrl: string): Promise<Readings> {
  const client = new Client({ connectionString: ownerUrl })
  await client.connect()
  return {
    sumOf: async ({ object, actor = null, origin = null }) => {
      const { rows } = await client.query<{ sum: number }>(
        `SELECT coalesce(sum((entry -> 'details' ->> 'reads')::int), 0)::int AS sum
           FROM (SELECT convert_from(bytes, 'UTF8')::jsonb AS entry FROM audit_leaves
                  WHERE event IN ('audit.read', 'record.read')) read
          WHERE entry -> 'target' ->> 'resource' = $1
            AND ($2::text IS NULL OR entry -> 'actor' ->> 'id' = $2) AND ($3::text IS NULL OR entry ->> 'origin' = $3)`,
        [object, actor, origin],
      )
      return rows[0]?.sum ?? 0
    },
    afterStop: async () => {
      // Not whether it has its number: that waits for the transactions of other tests on the same server.
      const { rows } = await client.query<{ count: number | null }>(
        `SELECT CASE WHEN stop.id IS NULL THEN NULL ELSE
            (SELECT count(*)::int FROM audit_leaves WHERE event LIKE '%.read' AND id > stop.id) END AS count
           FROM (SELECT max(id) AS id FROM audit_leaves WHERE event = 'audit.stopped') AS stop`,
      )
      return rows[0]?.count ?? null
    },
    lockLeaves: async () => {
      const owner = new Client({ connectionString: ownerUrl })
      await owner.connect()
      await owner.query('BEGIN')
      await owner.query('LOCK TABLE audit_leaves IN SHARE MODE')
      return {
        release: async () => {
          await owner.query('ROLLBACK')
          await owner.end()
        },
      }
    },
    close: () => client.end(),
  }
}
