import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in the same time whatever differs, also the length. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

/** All are compared, so that the time does not tell which one it was. */
export function isOneOf(given: string, secrets: readonly string[]): boolean {
  return secrets.filter((secret) => isSameSecret(given, secret)).length > 0
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
