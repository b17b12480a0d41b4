import { desc, eq, inArray, and, sql } from './drizzle.ts'
import { outboxMessages } from './schema.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Database } from './database.ts'
import { notify } from './notify.ts'
import type { DeadLetter, DeadLetterStore } from '../ports/dead-letter-store.ts'
import type { OutboxMessage } from '../ports/outbox.ts'
import type { SurfaceName } from '../domain/surface.ts'

/** waiting | sending → dead (given up) → waiting (sent again by a person) or sent (what it said waits anew already). */
export function createDeadLetterStore(db: Database): DeadLetterStore {
  return {
    bury: async (message, reason) => {
      await db
        .update(outboxMessages)
        .set({ state: 'dead', lastError: storableText(reason) })
        .where(and(eq(outboxMessages.id, Number(message.id)), inArray(outboxMessages.state, ['waiting', 'sending'])))
    },
    list: async (limit) => {
      const rows = await db
        .select()
        .from(outboxMessages)
        .where(eq(outboxMessages.state, 'dead'))
        .orderBy(desc(outboxMessages.id))
        .limit(limit)
      return rows.map(toDeadLetter)
    },
    revive: (ids) => revive(db, ids),
  }
}

async function revive(db: Database, ids: readonly string[]): Promise<readonly DeadLetter[]> {
  const dead = and(
    inArray(
      outboxMessages.id,
      ids.map((id) => Number(id)),
    ),
    eq(outboxMessages.state, 'dead'),
  )
  if (ids.length === 0) return []
  const rows = await db.select().from(outboxMessages).where(dead).orderBy(outboxMessages.id).for('update')
  for (const row of rows) {
    // Two waiting messages with one key cannot be: what waits already says the same, rendered when it is sent.
    await db.execute(sql`
      update outbox_messages set attempts = 0, begun = 0, not_before = clock_timestamp(), created_at = clock_timestamp(),
        state = case when exists (
          select 1 from outbox_messages as other
           where other.coalesce_key = ${row.coalesceKey} and other.state = 'waiting' and other.id <> ${row.id}
        ) then 'sent' else 'waiting' end
       where id = ${row.id}`)
  }
  await notify(db, 'outbox')
  return rows.map(toDeadLetter)
}

function toDeadLetter(row: typeof outboxMessages.$inferSelect): DeadLetter {
  return {
    id: String(row.id),
    surface: row.surface as SurfaceName,
    // Written by the outbox and by nothing else.
    message: row.payload as unknown as OutboxMessage,
    reason: row.lastError ?? 'unknown',
    createdAt: row.createdAt,
  }
}
