const EXCERPT_LENGTH = 200
// Enough to find the sentence that says what is wrong; an HTML error page beyond that helps nobody.
const READ_BYTES = 16_384
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}\s]+/gu

export interface ErrorBody {
  /** The vendor's own code, empty when it gave none. */
  readonly vendorCode: string
  /** A short sentence without control characters or anything we sent as a secret. */
  readonly detail: string
}

/** Reads what a vendor says is wrong: Argo CD, Prometheus and PagerDuty each put it at another place. */
export function describeErrorBody(bytes: Uint8Array, secrets: readonly string[]): ErrorBody {
  const text = new TextDecoder().decode(bytes.subarray(0, READ_BYTES))
  const found = findMessage(parse(text))
  return {
    vendorCode: cleanExcerpt(found.code, secrets).slice(0, 60),
    detail: cleanExcerpt(found.message === '' ? text : found.message, secrets) || 'no reason given',
  }
}

export function cleanExcerpt(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  const flat = hidden.replace(CONTROL_CHARACTERS, ' ').trim()
  return flat.length > EXCERPT_LENGTH ? `${flat.slice(0, EXCERPT_LENGTH)}…` : flat
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function findMessage(body: unknown): { code: string; message: string } {
  if (!isRecord(body)) return { code: '', message: '' }
  const inner = isRecord(body['error']) ? body['error'] : body
  const details = Array.isArray(inner['errors']) ? inner['errors'].filter((item) => typeof item === 'string') : []
  const message = [firstText(inner, ['message', 'error', 'Message', 'error_description']), ...details]
  return {
    code: firstText(inner, ['code', 'errorType', 'type', '__type']),
    message: message.filter((part) => part !== '').join('; '),
  }
}

function firstText(record: Record<string, unknown>, names: readonly string[]): string {
  for (const name of names) {
    const value = record[name]
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number') return String(value)
  }
  return ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
