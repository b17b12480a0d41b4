import { types } from 'pg'

/**
 * int8 comes as a number where a number can hold it; beyond that the exact digits stay a string rather than a wrong
 * number. Our own counters never get there.
 */
function parseInt8(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

/** For the whole process: drizzle brings parsers of its own per query and falls back to the driver's common ones. */
export function parseInt8AsNumber(): void {
  types.setTypeParser(types.builtins.INT8, parseInt8)
}
