import { LineCounter, isMap, isNode, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Document, Node } from 'yaml'
import type { z } from 'zod'
import type { Problem } from './errors.ts'

export interface CheckedDocument<T> {
  /** Undefined when the document has problems. */
  readonly value: T | undefined
  readonly problems: readonly Problem[]
  /** `line:column` of a path in the document, for checks that the schema cannot make. */
  readonly place: (path: readonly PropertyKey[]) => string
}

/**
 * Reads YAML and checks it with zod; every mistake at once, each with line and column. Aliases are capped (a document
 * of a few bytes may not grow to gigabytes) and duplicate keys are mistakes.
 */
export function checkYaml<T>(file: string, text: string, schema: z.ZodType<T>): readonly CheckedDocument<T>[] {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const documents: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : []
  return documents.map((document) => checkDocument(file, document, lines, schema))
}

function checkDocument<T>(
  file: string,
  document: Document.Parsed,
  lines: LineCounter,
  schema: z.ZodType<T>,
): CheckedDocument<T> {
  const place = (path: readonly PropertyKey[]): string => placeOf(document, lines, path)
  const broken = document.errors.map((error) => ({
    file,
    at: position(lines, error.pos[0]),
    found: firstLine(error.message),
    expected: 'valid YAML',
  }))
  if (broken.length > 0) return { value: undefined, problems: broken, place }
  const written = toValue(document)
  if ('mistake' in written) {
    return { value: undefined, problems: [{ file, at: place([]), ...written.mistake }], place }
  }
  const result = schema.safeParse(written.value)
  if (result.success) return { value: result.data, problems: [], place }
  const problems = result.error.issues.map((issue) => problemOf(file, issue, document, place))
  return { value: undefined, problems, place }
}

/** An alias may name an anchor that is not there, or grow a few bytes to gigabytes: the library throws at both. */
function toValue(document: Document.Parsed): { value: unknown } | { mistake: Pick<Problem, 'found' | 'expected'> } {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 50 })
    return { value }
  } catch (error) {
    const found = error instanceof Error ? firstLine(error.message) : 'aliases that cannot be resolved'
    return { mistake: { found, expected: 'at most 50 uses of an alias, each with its anchor' } }
  }
}

function problemOf(
  file: string,
  issue: z.core.$ZodIssue,
  document: Document,
  place: (path: readonly PropertyKey[]) => string,
): Problem {
  const path = issue.path.map(String).join('.')
  const found =
    issue.code === 'unrecognized_keys'
      ? `the unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}`
      : describeValue(document, issue.path)
  const at = issue.code === 'unrecognized_keys' ? place([...issue.path, issue.keys[0] ?? '']) : place(issue.path)
  return { file, at: path === '' ? at : `${at} (${path})`, found, expected: expectationOf(issue) }
}

/** What zod says it expected, without its preamble; the value that was found is never part of it. */
export function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'only keys that are documented'
  return issue.message
    .replace(/^(?:Invalid (?:input|option)|Too (?:big|small)): expected /, '')
    .replace(/, received .*$/, '')
}

function describeValue(document: Document, path: readonly PropertyKey[]): string {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path.map(keyOf), true)
  if (node === undefined || node === null) return 'nothing'
  if (isScalar(node)) return JSON.stringify(node.value)
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  return 'something else'
}

/** The nearest node that exists on the way down the path: a missing key is reported at its parent. */
function placeOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1).map(keyOf), true)
    const offset = keyOffset(parent, path[length - 1])
    if (offset !== undefined) return position(lines, offset)
  }
  return position(lines, document.contents?.range?.[0] ?? 0)
}

function keyOffset(parent: unknown, key: PropertyKey | undefined): number | undefined {
  if (isMap(parent)) {
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
    )
    return pair !== undefined && isNode(pair.key) ? startOf(pair.key) : undefined
  }
  if (isSeq(parent)) {
    const item = parent.items[Number(key)]
    return isNode(item) ? startOf(item) : undefined
  }
  return undefined
}

function startOf(node: Node): number | undefined {
  return node.range?.[0]
}

function keyOf(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key)
}

function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${String(line)}:${String(col)}`
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}
