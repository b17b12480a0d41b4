import { redactJson, redactText } from './redact.ts'
import type { Json } from '../kernel/json.ts'
import type { RedactionOptions } from './redact.ts'

/**
 * Takes secrets out of every text of a value that leaves the process, and leaves the names of its members and whatever
 * is no text alone: what we send to others is shaped by us, and a member may well be called `token`. A text that is
 * JSON itself stays JSON.
 */
export function redactTexts<Value>(value: Value, options: RedactionOptions): Value {
  return deep(value, options) as Value
}

function deep(value: unknown, options: RedactionOptions): unknown {
  if (typeof value === 'string') return redactTextOrJson(value, options)
  if (Array.isArray(value)) return value.map((item) => deep(item, options))
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, deep(item, options)]))
}

/** A text, or JSON as text: cutting a secret out of the latter could cut a quote out with it. */
function redactTextOrJson(text: string, options: RedactionOptions): string {
  const { value, count } = redactText(text, options)
  if (count === 0) return text
  const parsed = parse(text)
  return parsed === undefined ? value : JSON.stringify(deep(parsed, options))
}

/** A line of the log: JSON, looked at by the names of its members as well. What is no JSON is looked at as a text. */
export function redactLogLine(line: string, options: RedactionOptions): string {
  const parsed = parse(line)
  if (parsed === undefined) return redactText(line, options).value
  return `${JSON.stringify(redactJson(parsed as Json, options).value)}${line.endsWith('\n') ? '\n' : ''}`
}

function parse(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as object
  } catch {
    return undefined
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
