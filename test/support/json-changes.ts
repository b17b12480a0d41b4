import type { Json, JsonObject } from '../../src/kernel/json.ts'

export interface JsonChange {
  /** `steps.0.with.to`; of a leaf, or of what was dropped or added. */
  readonly path: string
  readonly value: Json
  /** A leaf got another value of its kind; else something was dropped or added. */
  readonly isLeaf: boolean
}

/** Every way to change one leaf of a JSON value, and to add or drop one. */
export function* jsonChanges(value: Json, path: readonly string[] = []): Generator<JsonChange> {
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    for (const [index, item] of items.entries()) {
      yield structural([...path, String(index), 'dropped'], items.toSpliced(index, 1))
      for (const change of jsonChanges(item, [...path, String(index)])) {
        yield { ...change, value: items.with(index, change.value) }
      }
    }
    yield structural([...path, 'added'], [...items, null])
  } else if (typeof value === 'object' && value !== null) {
    const members = value as JsonObject
    for (const [name, item] of Object.entries(members)) {
      const { [name]: _, ...rest } = members
      yield structural([...path, name, 'dropped'], rest)
      for (const change of jsonChanges(item, [...path, name])) {
        yield { ...change, value: { ...members, [name]: change.value } }
      }
    }
    yield structural([...path, 'added'], { ...members, added: null })
  } else {
    yield { path: path.join('.'), value: otherThan(value), isLeaf: true }
  }
}

function structural(path: readonly string[], value: Json): JsonChange {
  return { path: path.join('.'), value, isLeaf: false }
}

function otherThan(value: Json): Json {
  if (typeof value === 'string') return `${value} `
  if (typeof value === 'number') return value + 1
  return typeof value === 'boolean' ? !value : 'x'
}
