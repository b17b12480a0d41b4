const NETWORK = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'commit_unknown']
/** The driver gives these no code. */
const WORDS = /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/i

/**
 * Whether an error says that the database went away (class 08 is the connection, 57P a server that stops), as opposed
 * to one that our own work brought about.
 */
export function isDatabaseLoss(error: unknown): boolean {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 6; depth += 1) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : ''
    if (NETWORK.includes(code) || /^(08|57P)/.test(code) || WORDS.test(current.message)) return true
    current = current.cause
  }
  return false
}
