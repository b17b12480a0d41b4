import type { JsonObject } from '../kernel/json.ts'

/** When an entry was written: by the database's clock where it says so, else (schema 1) by its replica's. */
export function clockedEntry({ dbTime, at }: JsonObject): string {
  return typeof dbTime === 'string' ? dbTime : typeof at === 'string' ? at : ''
}
