const DEFAULT_MS = 1_000
const LONGEST_MS = 600_000

/** `Retry-After` is a number of seconds or an HTTP date; absent or senseless values count as one second. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return DEFAULT_MS
  const seconds = Number(header)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs
  if (!Number.isFinite(wait) || wait < 0) return DEFAULT_MS
  return Math.min(wait, LONGEST_MS)
}
