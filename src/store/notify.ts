import { sql } from './drizzle.ts'
import type { Signal } from '../ports/signals.ts'
import type { Database } from './database.ts'
import { channelOf } from './signals.ts'

/** What a transaction has to say when it is over: each thing once, in order. */
export interface Announcements {
  /** Resolves when all is said; where nothing is, at once. */
  announce(): Promise<void>
}

interface Words {
  readonly channel: string
  readonly payload: string
}

const collected = new WeakMap<Database, Map<string, Words>>()

/**
 * Wakes every process that listens, when the surrounding transaction has committed. Not within it: PostgreSQL lets
 * transactions that notify commit one after the other, each waiting for the disk by itself (the lock is taken before
 * the commit record is written), and that was the limit of everything that is committed here. A transaction that only
 * notifies writes nothing, so its turn is short. A process that dies in between leaves its hints unsaid: whoever
 * listens also looks by itself.
 */
export async function notify(db: Database, signal: Signal, payload = ''): Promise<void> {
  const words = { channel: channelOf(signal), payload }
  const later = collected.get(db)
  if (later === undefined) await say(db, [words])
  else later.set(`${words.channel} ${payload}`, words)
}

/** From here on what is said on this handle, that of a transaction, is kept until it is announced. */
export function collectAnnouncements(db: Database): Announcements {
  const words = new Map<string, Words>()
  collected.set(db, words)
  return {
    announce: async () => {
      collected.delete(db)
      if (words.size > 0) await say(db, [...words.values()])
    },
  }
}

async function say(db: Database, words: readonly Words[]): Promise<void> {
  const channels = sql.param(words.map(({ channel }) => channel))
  const payloads = sql.param(words.map(({ payload }) => payload))
  await db.execute(
    sql`SELECT pg_notify(channel, payload) FROM unnest(${channels}::text[], ${payloads}::text[]) AS words (channel, payload)`,
  )
}
