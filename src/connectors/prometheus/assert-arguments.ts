import { z } from 'zod'
import { parseDuration } from '../../kernel/duration.ts'
import { RefusedError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json.ts'

/** A number, also as the text that a look-up may have brought. */
const Threshold = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^[-+]?\d+(\.\d+)?([eE][-+]?\d+)?$/),
  ])
  .transform(Number)

const Duration = z.string().transform((text, context) => {
  const parsed = parseDuration(text)
  if (parsed === undefined) context.addIssue({ code: 'custom', message: 'a duration such as 90s or 2m' })
  return parsed ?? 0
})

const AssertArguments = z
  .strictObject({
    query: z.string().trim().min(1).max(10_000),
    below: Threshold.optional(),
    above: Threshold.optional(),
    equals: Threshold.optional(),
    for: Duration,
    within: Duration.optional(),
  })
  .refine((args) => args.below !== undefined || args.above !== undefined || args.equals !== undefined, {
    message: 'one of below, above, equals',
  })
export type AssertArguments = z.infer<typeof AssertArguments>

export function parseAssertArguments(args: JsonObject): AssertArguments {
  const parsed = AssertArguments.safeParse(args)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'with'}: ${issue.message}`)
  throw new RefusedError(
    'bad_arguments',
    `prometheus/assert does not fit these arguments: ${problems.join('; ')}. It takes query, below or above or equals, for, and within.`,
  )
}
