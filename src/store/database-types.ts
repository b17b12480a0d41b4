import { types } from 'pg'
import type { CustomTypesConfig } from 'pg'

const INT8 = 20

/**
 * int8 comes as a number where a number can hold it; beyond that the exact digits stay a string rather than a wrong
 * number. Our own counters never get there.
 */
function parseInt8(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

export const databaseTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? parseInt8
      : types.getTypeParser(oid, format as 'text')) as CustomTypesConfig['getTypeParser'],
}
