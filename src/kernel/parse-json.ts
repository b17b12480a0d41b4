import { AppError } from './errors.ts'
import type { ErrorOptionsWithCause } from './errors.ts'

export const UNREADABLE_JSON_REASONS = ['too_large', 'too_deep', 'too_many_values', 'not_utf8', 'not_json'] as const
export type UnreadableJsonReason = (typeof UNREADABLE_JSON_REASONS)[number]

/** The bytes are no JSON that we read; nothing of them was looked at further. */
export class UnreadableJsonError extends AppError {
  readonly reason: UnreadableJsonReason

  constructor(reason: UnreadableJsonReason, message: string, options?: ErrorOptionsWithCause) {
    super(`json_${reason}`, message, false, options)
    this.reason = reason
  }
}

export interface JsonLimits {
  readonly maxBytes: number
  readonly maxDepth: number
  /** Values, that is commas and opening brackets: what makes `JSON.parse` slow is their number, not the bytes. */
  readonly maxValues: number
}

const JSON_LIMITS: JsonLimits = { maxBytes: 1_048_576, maxDepth: 64, maxValues: 60_000 }

/** A number of 16 digits or with an exponent; a string that looks like one only costs the slower parse. */
const MAYBE_INEXACT_NUMBER = /(?:[:,[]|^)\s*-?(?:[\d.]{16}|[\d.]+[eE])/

/** Names through which a later copy or merge could reach a prototype; dropped at every depth. */
const POLLUTING_NAMES = ['__proto__', 'constructor', 'prototype'] as const

/**
 * The only way JSON from outside is read. Size, depth and number of values are checked on the bytes before
 * `JSON.parse` sees them, because it stalls on depth and on millions of empty objects. Of duplicate names the last
 * counts, as in every common parser: the same value is verified, stored and used, so no two readers can disagree.
 * A number that a double cannot hold exactly (20 digits, 1e400) becomes a string of its own digits. `\u0000` and lone
 * surrogates pass: who stores text cleans it (clean-text.ts).
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = JSON_LIMITS): unknown {
  if (bytes.byteLength > limits.maxBytes) {
    throw new UnreadableJsonError('too_large', `The body is larger than ${limits.maxBytes} bytes. Send less at once.`)
  }
  requireWithinLimits(bytes, limits)
  const text = decode(bytes)
  try {
    const value: unknown = MAYBE_INEXACT_NUMBER.test(text) ? JSON.parse(text, keepExactNumbers) : JSON.parse(text)
    dropPollutingNames(value)
    return value
  } catch (cause) {
    throw new UnreadableJsonError('not_json', `The body is not JSON: ${whereItBreaks(text, cause)}.`)
  }
}

/** The engine's own message quotes the body, which may hold secrets: only the place is told. */
function whereItBreaks(text: string, cause: unknown): string {
  if (text.trim() === '') return 'it is empty'
  const position = cause instanceof SyntaxError ? /position (\d+)/.exec(cause.message)?.[1] : undefined
  return position === undefined ? 'it ends too early or holds a stray character' : `it breaks at character ${position}`
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new UnreadableJsonError('not_utf8', 'The body is not valid UTF-8. Send JSON as UTF-8.', { cause })
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/** One pass over the bytes, without building anything. Whether it is JSON at all is left to `JSON.parse`. */
function requireWithinLimits(bytes: Uint8Array, limits: JsonLimits): void {
  let depth = 0
  let values = 0
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte === QUOTE) index = endOfString(bytes, index)
    else if (byte === COMMA) values += 1
    else if (isClosing(byte)) depth -= 1
    else if (isOpening(byte)) {
      depth += 1
      values += 1
      if (depth > limits.maxDepth) throw tooDeep(limits)
    }
    if (values > limits.maxValues) throw tooMany(limits)
  }
}

/** Index of the closing quote, or the end of the bytes when there is none. */
function endOfString(bytes: Uint8Array, start: number): number {
  let index = start + 1
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1
  return index
}

function isOpening(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b
}

function isClosing(byte: number): boolean {
  return byte === 0x7d || byte === 0x5d
}

function tooDeep(limits: JsonLimits): UnreadableJsonError {
  return new UnreadableJsonError(
    'too_deep',
    `The body is nested deeper than ${limits.maxDepth} levels. Send it flatter.`,
  )
}

function tooMany(limits: JsonLimits): UnreadableJsonError {
  return new UnreadableJsonError(
    'too_many_values',
    `The body holds more than ${limits.maxValues} values. Send fewer at once.`,
  )
}

/** `JSON.parse` tells the reviver the source text of each primitive. */
function keepExactNumbers(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  if (!Number.isFinite(value)) return context.source
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? context.source : value
}

function dropPollutingNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) dropPollutingNames(item)
    return
  }
  const record = value as Record<string, unknown>
  for (const name of POLLUTING_NAMES) if (Object.hasOwn(record, name)) Reflect.deleteProperty(record, name)
  for (const name in record) dropPollutingNames(record[name])
}
