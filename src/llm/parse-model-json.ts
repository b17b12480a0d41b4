import { parseJson } from '../kernel/parse-json.ts'
import type { z } from 'zod'

const LIMITS = { maxBytes: 65_536, maxDepth: 8, maxValues: 2_000 }

/** A model's answer as its schema knows it; undefined for anything else. A fence around the JSON is taken off. */
export function parseModelJson<Output>(text: string, schema: z.ZodType<Output>): Output | undefined {
  if (text.length > LIMITS.maxBytes) return undefined
  const json = text
    .trim()
    .replace(/^```(?:json)?\s*\n/, '')
    .replace(/\n```$/, '')
  try {
    return schema.parse(parseJson(new TextEncoder().encode(json), LIMITS))
  } catch {
    return undefined
  }
}
