import type { z } from 'zod'

/** The body as JSON that fits the schema; undefined when it does not. */
export function readJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text === '' ? '{}' : text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
