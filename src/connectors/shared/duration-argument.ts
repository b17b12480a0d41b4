import { z } from 'zod'
import { parseDuration } from '../../kernel/duration.ts'

/** `30s`, `2m` in a step's `with`, as milliseconds. */
export const Duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms === undefined || ms <= 0) {
    context.addIssue({ code: 'custom', message: 'expected a duration such as 30s or 2m' })
    return z.NEVER
  }
  return ms
})
