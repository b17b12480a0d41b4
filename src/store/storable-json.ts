import { storableText } from '../kernel/clean-text.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

/** jsonb refuses U+0000 and lone surrogates, in values and in names: what a target answered must not stop the ledger. */
export function storableJson(value: JsonObject): JsonObject {
  return clean(value) as JsonObject
}

function clean(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map((item: Json) => clean(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [storableText(name), clean(item)]))
}
