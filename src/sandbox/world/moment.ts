import { z } from 'zod'
import { parseDuration } from '../../kernel/duration.ts'

/** `90s`, `2h`: milliseconds. */
export const Span = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  context.addIssue({ code: 'custom', message: 'a duration such as 90s or 2h' })
  return z.NEVER
})

/** A moment told from the start of the story, in milliseconds: `-3m` is before it, `20s` after. */
export const Moment = z.string().transform((text, context) => {
  const isBefore = text.startsWith('-')
  const ms = parseDuration(isBefore ? text.slice(1) : text)
  if (ms !== undefined) return isBefore ? -ms : ms
  context.addIssue({ code: 'custom', message: 'a moment such as -3m (before the start) or 20s (after it)' })
  return z.NEVER
})
