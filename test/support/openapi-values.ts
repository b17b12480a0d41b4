export interface SpecificationDocument {
  readonly paths: Readonly<Record<string, Record<string, unknown>>>
  readonly [key: string]: unknown
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A reference may lead through a list, as in `#/components/schemas/Tag/allOf/0`. */
function isPlace(value: unknown): value is Record<string, unknown> {
  return isRecord(value) || Array.isArray(value)
}

export function resolveReference(document: SpecificationDocument, node: unknown): Record<string, unknown> {
  if (!isRecord(node)) return {}
  const reference = node['$ref']
  if (typeof reference !== 'string') return node
  const target = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((place, key) => (isPlace(place) ? place[key] : undefined), document)
  if (target === undefined) throw new Error(`The specification points to ${reference}, which is not there.`)
  return resolveReference(document, target)
}

/** The subset of JSON Schema that the published specifications use for what we send. */
export function problemsOfValue(
  document: SpecificationDocument,
  node: unknown,
  value: unknown,
  place: string,
): readonly string[] {
  const schema = flatten(document, resolveReference(document, node))
  const choices = (schema['oneOf'] ?? schema['anyOf']) as readonly unknown[] | undefined
  if (choices !== undefined) {
    const results = choices.map((choice) => problemsOfValue(document, choice, value, place))
    return results.some((problems) => problems.length === 0) ? [] : (results[0] ?? [])
  }
  const allowed = schema['enum']
  if (Array.isArray(allowed) && !allowed.includes(value)) {
    return [`${place} is ${JSON.stringify(value)}, expected one of ${allowed.join(', ')}`]
  }
  const type = typeOf(schema)
  if (type === 'object') return problemsOfObject(document, schema, value, place)
  if (type === 'array') {
    if (!Array.isArray(value)) return [`${place} is no array`]
    return value.flatMap((item, index) =>
      problemsOfValue(document, schema['items'], item, `${place}[${String(index)}]`),
    )
  }
  return isOfType(type, value) ? [] : [`${place} is ${typeof value}, expected ${String(type)}`]
}

function problemsOfObject(
  document: SpecificationDocument,
  schema: Record<string, unknown>,
  value: unknown,
  place: string,
): readonly string[] {
  if (!isRecord(value)) return [`${place} is no object`]
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const rest = schema['additionalProperties']
  const isOpen = rest === true || isRecord(rest) || Object.keys(properties).length === 0
  const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : []
  const missing = required.filter((name) => !(name in value)).map((name) => `${place}.${name} is missing`)
  const wrong = Object.entries(value).flatMap(([name, item]) => {
    if (name in properties) return problemsOfValue(document, properties[name], item, `${place}.${name}`)
    return isOpen ? [] : [`${place}.${name} is not in the specification`]
  })
  return [...missing, ...wrong]
}

/** `allOf` as one schema: all properties, all requirements. */
function flatten(document: SpecificationDocument, schema: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(schema['allOf'])) return schema
  const { allOf, ...own } = schema
  return (allOf as unknown[])
    .map((part) => flatten(document, resolveReference(document, part)))
    .reduce<Record<string, unknown>>(
      (all, part) => ({
        ...all,
        ...part,
        properties: { ...(all['properties'] as object | undefined), ...(part['properties'] as object | undefined) },
        required: [
          ...((all['required'] as string[] | undefined) ?? []),
          ...((part['required'] as string[] | undefined) ?? []),
        ],
      }),
      own,
    )
}

function typeOf(schema: Record<string, unknown>): unknown {
  return schema['type'] ?? (isRecord(schema['properties']) ? 'object' : undefined)
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    default:
      return true
  }
}
