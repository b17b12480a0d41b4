import { TypeOverrides } from 'pg'

const INT8 = 20

/**
 * int8 comes as a number where a number can hold it; beyond that the exact digits stay a string rather than a wrong
 * number. Our own counters never get there. (drizzle's `execute` has parsers of its own and hands over text.)
 */
function parseInt8(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

export const databaseTypes = new TypeOverrides()
databaseTypes.setTypeParser(INT8, parseInt8)
