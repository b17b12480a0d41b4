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
  for (const name of sortedNames(value)) {
    const item = value[name]
    if (item === undefined) continue
    members += (members === '' ? '' : ',') + quotedName(name) + canonicalJson(item)
  }
  return `{${members}}`
}

/** Without an order of its own `sort` compares UTF-16 code units, as `<` does; few objects are worth the call. */
function sortedNames(value: object): readonly string[] {
  const names = Object.keys(value)
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index - 1] ?? '') > (names[index] ?? '')) return names.sort()
  }
  return names
}

/** Nearly all names are our own, few and always the same. */
const MOST_NAMES = 1_000
const LONGEST_NAME = 64
const quotedNames = new Map<string, string>()

function quotedName(name: string): string {
  const known = quotedNames.get(name)
  if (known !== undefined) return known
  const quoted = `${JSON.stringify(name)}:`
  if (quotedNames.size < MOST_NAMES && name.length <= LONGEST_NAME) quotedNames.set(name, quoted)
  return quoted
}
