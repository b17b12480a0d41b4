import { whyUnwritable } from '../kernel/database-errors.ts'

const NETWORK = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'commit_unknown']
/** The driver gives these no code. */
const WORDS = /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/i

/** The connection (08), and a server that stops (57P). */
const AWAY = /^(?:08|57P)/

export type DatabaseTrouble = 'away' | 'unwritable'

/** Whether an error says that the database is away or cannot write, as opposed to one that our own work brought about. */
export function databaseTrouble(error: unknown): DatabaseTrouble | null {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 6; depth += 1) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : ''
    if (NETWORK.includes(code) || AWAY.test(code) || WORDS.test(current.message)) return 'away'
    if (whyUnwritable(code) !== undefined) return 'unwritable'
    current = current.cause
  }
  return null
}
