import { z } from 'zod'
import type { FreezeWindow } from '../domain/freeze.ts'

const time = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time from 00:00 to 23:59, such as 22:00')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

const day = z.union([z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'last']), z.int().min(1).max(31)], {
  error: 'mon to sun, a day of the month from 1 to 31, or last for the last day of a month',
})

const timezone = z.string().refine(isZone, { error: 'a time zone of the IANA list, such as Europe/Zurich or UTC' })

/** Freezes that come back by the calendar. Exactly what they hold is said: services, an owner, an environment, or all. */
export const freezeSection = z
  .strictObject({
    services: z.array(z.string().min(1)).min(1).optional(),
    owner: z.string().min(1).optional().describe('Every service that this group owns.'),
    environment: z.string().min(1).optional(),
    all: z.literal(true).optional(),
    days: z.array(day).default([]).describe('On which it begins; every day when left out.'),
    from: time.describe('Such as 22:00.'),
    to: time.describe('Such as 06:00; when it is not later than from, on the next day.'),
    timezone: timezone.default('UTC'),
    reason: z.string().trim().min(1).max(300),
  })
  .refine(({ services, owner, environment, all }) => (all === true) !== [services, owner, environment].some(Boolean), {
    error: 'services, owner or environment, or else all: true',
  })
  .transform(({ services, owner, environment, days, from, to, timezone: zone, reason }): FreezeWindow => ({
    ...{ services: services ?? null, owner: owner ?? null, environment: environment ?? null },
    ...{ days, from, to, timezone: zone, reason },
  }))

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
