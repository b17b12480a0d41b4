import { parseJson } from '../../../kernel/parse-json.ts'
import type { ContentKind } from './verify-request.ts'

const MOST_FIELDS = 100

/**
 * Verified bytes into a value, by the one parser that everything behind it uses. A form is either a command, or an
 * envelope around one JSON `payload`; a name that stands twice is refused, because two readers could take different ones.
 */
export function parseBody(body: Uint8Array, content: ContentKind): unknown {
  if (content === 'json') return parseJson(body)
  const fields = parseForm(body)
  if (fields === undefined) return undefined
  const payload = fields['payload']
  return payload === undefined ? fields : parseJson(Buffer.from(payload))
}

/** Undefined when a name stands twice, or there are more fields than Slack ever sends. */
function parseForm(body: Uint8Array): Readonly<Record<string, string>> | undefined {
  const entries = [...new URLSearchParams(Buffer.from(body).toString('utf8'))]
  const names = new Set(entries.map(([name]) => name))
  if (names.size !== entries.length || entries.length > MOST_FIELDS) return undefined
  // Without a prototype no name from outside can reach one.
  const fields = Object.create(null) as Record<string, string>
  for (const [name, value] of entries) fields[name] = value
  return fields
}

/** Slack's check of our certificate: not signed, and it asks for nothing. With a payload it is a forgery. */
export function isSslCheck(body: Uint8Array, content: ContentKind | undefined): boolean {
  if (content !== 'form' || body.byteLength > 1_000) return false
  const fields = parseForm(body)
  if (fields?.['ssl_check'] !== '1') return false
  return Object.keys(fields).every((name) => name === 'ssl_check' || name === 'token')
}
