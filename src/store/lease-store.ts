import { sql } from './drizzle.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { Database } from './database.ts'
import { leases } from './schema.ts'

/** Taken when free or run out, renewed when ours: one statement, by the database's clock. */
export function createLeaseStore(db: Database): LeaseStore {
  return {
    async hold(name, owner, forMs) {
      const until = sql`clock_timestamp() + ${forMs} * interval '1 millisecond'`
      const held = await db
        .insert(leases)
        .values({ name, owner, until })
        .onConflictDoUpdate({
          target: leases.name,
          set: {
            owner,
            until,
            fence: sql`CASE WHEN ${leases.owner} = ${owner} THEN ${leases.fence} ELSE ${leases.fence} + 1 END`,
          },
          setWhere: sql`${leases.owner} = ${owner} OR ${leases.until} < clock_timestamp()`,
        })
        .returning({ owner: leases.owner })
      return held.length > 0
    },
    async release(name, owner) {
      await db
        .update(leases)
        .set({ until: sql`clock_timestamp()` })
        .where(sql`${leases.name} = ${name} AND ${leases.owner} = ${owner}`)
    },
  }
}
