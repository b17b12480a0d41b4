import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

/** Every row of every table but these, as one hash a table. */
export async function snapshotOf(world: World, except: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const tables = await world.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY($1)
        AND tablename NOT LIKE 'audit\\_leaves%' ORDER BY 1`,
    [except],
  )
  const snapshot: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await world.query<{ hash: string | null }>(
      `SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) AS hash FROM "${name}" t`,
    )
    snapshot[name] = row?.hash ?? 'empty'
  }
  return snapshot
}

/** Moves the expiry to so many milliseconds from now, by the database's clock. */
export async function expireIn(world: World, { id }: Proposal, ms: number): Promise<void> {
  await world.query(
    `UPDATE proposals SET expires_at = date_trunc('milliseconds', clock_timestamp()) + $2 * interval '1 millisecond'
      WHERE id = $1`,
    [id, ms],
  )
}
