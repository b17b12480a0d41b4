import type { Json } from './json.ts'

/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript prints them. ECMAScript's own number and string serialisation is what the RFC prescribes, so only the
 * order of members is our work. Non-finite numbers have no canonical form and throw.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('A number that is not finite has no canonical JSON.')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`
  return canonicalObject(value as Record<string, Json | undefined>)
}

/** Every audit entry goes through here, inside the transaction it tells of: no lists of pairs, no closures. */
function canonicalObject(value: Readonly<Record<string, Json | undefined>>): string {
  let members = ''
  // Without an order of its own `sort` compares UTF-16 code units.
  for (const name of Object.keys(value).sort()) {
    const item = value[name]
    if (item === undefined) continue
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(item)}`
  }
  return `{${members}}`
}
