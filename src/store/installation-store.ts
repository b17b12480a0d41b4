import { and, eq, sql } from './drizzle.ts'
import { slackInstallations } from './schema.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Database } from './database.ts'
import type { InstallationStore } from '../ports/installation-store.ts'

export function createInstallationStore(db: Database): InstallationStore {
  return {
    save: async ({ id, name, sealed, ...rest }) => {
      const row = { ...rest, name: name === null ? null : storableText(name), sealed: Buffer.from(sealed) }
      const [saved] = await db
        .insert(slackInstallations)
        .values({ id, ...row })
        .onConflictDoUpdate({
          target: slackInstallations.id,
          set: { ...row, updatedAt: sql`clock_timestamp()` },
        })
        // Of a row that this very statement inserted no older version exists.
        .returning({ isNew: sql<boolean>`(xmax = 0)` })
      return saved?.isNew === true ? 'installed' : 'replaced'
    },
    list: async () => {
      const rows = await db.select().from(slackInstallations).orderBy(slackInstallations.id)
      return rows.map(({ installedAt: _installedAt, updatedAt: _updatedAt, ...row }) => row)
    },
    reseal: async ({ id, sealed, keyId }, oldKeyId) => {
      const changed = await db
        .update(slackInstallations)
        .set({ sealed: Buffer.from(sealed), keyId, updatedAt: sql`clock_timestamp()` })
        .where(and(eq(slackInstallations.id, id), eq(slackInstallations.keyId, oldKeyId)))
        .returning({ id: slackInstallations.id })
      return changed.length > 0
    },
    remove: async (id) => {
      const removed = await db
        .delete(slackInstallations)
        .where(eq(slackInstallations.id, id))
        .returning({ id: slackInstallations.id })
      return removed.length > 0
    },
  }
}
