import { z } from 'zod'

const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(10_000, 0, 1)

/** A moment as RFC 3339, kept to the millisecond, within what every later reader can hold. */
export const Time = z.iso
  .datetime({ offset: true, error: 'expected a time as RFC 3339, such as 2026-11-21T08:00:00Z' })
  .max(64)
  .transform((text) => new Date(text))
  .refine((time) => time.getTime() >= EARLIEST && time.getTime() < LATEST, 'expected a time between 1970 and 9999')

/** How Go writes a time that is not set. */
export function isZeroTime(text: string): boolean {
  return text === '' || text.startsWith('0001-01-01')
}
