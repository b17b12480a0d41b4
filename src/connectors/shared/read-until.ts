import type { JsonObject } from '../../kernel/json.ts'

/** The end of a wait as its handle keeps it, in milliseconds. */
export function readUntil(handle: JsonObject): number | undefined {
  const until = handle['until']
  const ms = typeof until === 'string' ? Date.parse(until) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
