import type { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import type { ActionName } from '../../domain/action.ts'
import type { JsonObject } from '../../kernel/json.ts'

/** A step's `with` as its action needs it; every mistake is named at once. */
export function parseArguments<Output>(action: ActionName, schema: z.ZodType<Output>, args: JsonObject): Output {
  const parsed = schema.safeParse(args)
  if (parsed.success) return parsed.data
  const mistakes = parsed.error.issues.map((issue) => {
    const place = issue.path.length === 0 ? 'with' : `with.${issue.path.map(String).join('.')}`
    return `${place}: ${issue.message}`
  })
  throw new RefusedError('arguments_do_not_fit', `${action} does not take these arguments: ${mistakes.join('; ')}.`)
}
