import { whyUnwritable } from '../kernel/database-errors.ts'

const NETWORK = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'commit_unknown']
/** The driver gives these no code. */
const WORDS =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|connection error and is not queryable/i

/** The connection (08), and a server that stops (57P). */
const AWAY = /^(?:08|57P)/

export type DatabaseTrouble = 'away' | 'unwritable'

/** Whether an error says that the database is away or cannot write, as opposed to one that our own work brought about. */
export function databaseTrouble(error: unknown): DatabaseTrouble | null {
  let current: unknown = error
  for (let depth = 0; isErrorLike(current) && depth < 6; depth += 1) {
    const code = typeof current.code === 'string' ? current.code : ''
    const words = typeof current.message === 'string' ? current.message : ''
    if (NETWORK.includes(code) || AWAY.test(code) || WORDS.test(words)) return 'away'
    if (whyUnwritable(code) !== undefined) return 'unwritable'
    current = current.cause
  }
  return null
}

/** By its shape: an error of the network may come from another realm than ours and is then no instance of our Error. */
function isErrorLike(
  value: unknown,
): value is { readonly code?: unknown; readonly message?: unknown; readonly cause?: unknown } {
  return typeof value === 'object' && value !== null
}
