import { Client } from 'pg'
import type { JsonObject } from '../../../src/kernel/json.ts'

/** The entries of a log as they were sealed, in the order in which they were written; asked as the owner. */
export async function readLeaves(ownerUrl: string): Promise<readonly JsonObject[]> {
  const client = new Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ bytes: Buffer }>('SELECT bytes FROM audit_leaves ORDER BY id')
    return rows.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as JsonObject)
  } finally {
    await client.end()
  }
}
