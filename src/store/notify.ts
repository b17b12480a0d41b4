import { drizzle, sql } from './drizzle.ts'
import type { Pool } from 'pg'
import type { Signal } from '../ports/signals.ts'
import type { Database } from './database.ts'
import { channelOf } from './signals.ts'

interface Words {
  readonly channel: string
  readonly payload: string
}
type Said = Map<string, Words>

/** What a transaction has to say when it is over: each thing once, in order. */
export interface Announcements {
  /**
   * Called when the COMMIT was sent on the same connection. Resolves when the connection is needed no longer.
   */
  announce(committed: Promise<unknown>): Promise<void>
  /** It was rolled back: nothing is said. */
  drop(): void
}

const collected = new WeakMap<Database, Said>()

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
  else later.set(keyOf(words), words)
}

/** The same where nobody waits for it: on the handle of the pool, for a statement that has committed by itself. */
export function notifyLater(db: Database, said: readonly (readonly [signal: Signal, payload: string])[]): void {
  const words = said.map(([signal, payload]) => ({ channel: channelOf(signal), payload }))
  const later = collected.get(db)
  if (later === undefined) speakerOf((db as Database & { readonly $client: Pool }).$client).add(words)
  else for (const one of words) later.set(keyOf(one), one)
}

/** From here on what is said on this handle, that of a transaction, is kept until it is announced. */
export function collectAnnouncements(pool: Pool, db: Database): Announcements {
  const words: Said = new Map()
  collected.set(db, words)
  return {
    announce: async (committed) => {
      collected.delete(db)
      if (words.size > 0) await speakerOf(pool).sayBehind(db, [...words.values()], committed)
    },
    drop: () => {
      collected.delete(db)
    },
  }
}

/** After that the others no longer wait for a connection that does not answer. */
const LONGEST_MS = 2_000
const AGAIN_MS = 1_000
const MOST_FAILURES = 5

const speakers = new WeakMap<Pool, Speaker>()

function speakerOf(pool: Pool): Speaker {
  const speaker = speakers.get(pool) ?? new Speaker(drizzle(pool))
  speakers.set(pool, speaker)
  return speaker
}

/**
 * One voice a pool, so that what many commits have to say in the same moment is said once and in one statement:
 *
 *   silent → speaking → silent, or, when more has come meanwhile, speaking again
 *
 * Who finds it silent is said at once, behind its own COMMIT; what comes while it speaks waits for the end of that, but
 * not for a connection that hangs. What many wait for is not lost with one connection: it is said again on another.
 */
class Speaker {
  readonly #db: Database
  #waiting: Said = new Map()
  #isSpeaking = false
  /** In a row. */
  #failures = 0

  constructor(db: Database) {
    this.#db = db
  }

  async sayBehind(db: Database, words: readonly Words[], committed: Promise<unknown>): Promise<void> {
    // Said by another connection, so not before it can be seen there. Also where nobody knows whether it was committed.
    const sayLater = () => {
      const add = () => {
        this.add(words)
      }
      committed.then(add, add)
    }
    if (this.#isSpeaking) {
      sayLater()
      return
    }
    await this.#speak(db, words).catch((error: unknown) => {
      sayLater()
      throw error
    })
  }

  add(words: readonly Words[]): void {
    for (const one of words) this.#waiting.set(keyOf(one), one)
    if (!this.#isSpeaking) this.#speakOn()
  }

  async #speak(db: Database, words: readonly Words[]): Promise<void> {
    this.#isSpeaking = true
    let isOver = false
    const goOn = () => {
      if (isOver) return
      isOver = true
      this.#isSpeaking = false
      if (this.#waiting.size > 0) this.#speakOn()
    }
    const timer = setTimeout(goOn, LONGEST_MS)
    timer.unref()
    try {
      await say(db, words)
    } finally {
      clearTimeout(timer)
      goOn()
    }
  }

  #speakOn(): void {
    const words = [...this.#waiting.values()]
    this.#waiting = new Map()
    this.#speak(this.#db, words).then(
      () => {
        this.#failures = 0
      },
      () => {
        this.#sayAgain(words)
      },
    )
  }

  /** In an outage nothing is committed, and whoever listens is told when its own connection is there again. */
  #sayAgain(words: readonly Words[]): void {
    this.#failures += 1
    if (this.#failures > MOST_FAILURES) return
    const timer = setTimeout(() => {
      this.add(words)
    }, AGAIN_MS)
    timer.unref()
  }
}

function keyOf({ channel, payload }: Words): string {
  return `${channel} ${payload}`
}

async function say(db: Database, words: readonly Words[]): Promise<void> {
  const channels = sql.param(words.map(({ channel }) => channel))
  const payloads = sql.param(words.map(({ payload }) => payload))
  await db.execute(
    sql`SELECT pg_notify(channel, payload) FROM unnest(${channels}::text[], ${payloads}::text[]) AS words (channel, payload)`,
  )
}
