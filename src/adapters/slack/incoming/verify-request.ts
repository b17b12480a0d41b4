import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '../../http/route.ts'

export type ContentKind = 'json' | 'form'

export type Verification =
  | { readonly isGenuine: true; readonly content: ContentKind; readonly signature: string }
  | {
      readonly isGenuine: false
      readonly reason: 'content_type' | 'no_signature' | 'bad_signature' | 'bad_timestamp' | 'stale'
      /** Of a request that is signed but too old or from the future: how far apart the clocks are. */
      readonly skewSeconds: number | null
    }

const MOST_SKEW_SECONDS = 300
const FORM = 'application/x-www-form-urlencoded'
const CONTENT_KINDS: ReadonlyMap<string, ContentKind> = new Map([
  ['application/json', 'json'],
  ['application/json; charset=utf-8', 'json'],
  [FORM, 'form'],
  [`${FORM}; charset=utf-8`, 'form'],
])

/**
 * Slack's signature, version 0, over the exact bytes, before any parser sees them. Freshness is checked both ways, since
 * Bolt accepts a time in the future. Each header must stand there exactly once (`header` gives nothing else): two
 * parsers that take different ones can be told different things. Every secret is tried, each in constant time.
 */
export function verifyRequest(
  request: Pick<HttpRequest, 'header' | 'body'>,
  secrets: readonly string[],
  nowMs: number,
): Verification {
  const content = readContentKind(request)
  const signature = request.header('x-slack-signature')
  const timestamp = request.header('x-slack-request-timestamp')
  if (content === undefined) return refused('content_type')
  if (signature === undefined) return refused('no_signature')
  if (timestamp === undefined || !/^[1-9]\d{9}$/.test(timestamp)) return refused('bad_timestamp')
  if (!/^v0=[0-9a-f]{64}$/.test(signature)) return refused('bad_signature')
  const matches = secrets.filter((secret) => isSignedWith(secret, timestamp, request.body, signature))
  if (matches.length === 0) return refused('bad_signature')
  const skewSeconds = Math.floor(nowMs / 1000) - Number(timestamp)
  return Math.abs(skewSeconds) > MOST_SKEW_SECONDS
    ? { isGenuine: false, reason: 'stale', skewSeconds }
    : { isGenuine: true, content, signature }
}

function refused(reason: Extract<Verification, { isGenuine: false }>['reason']): Verification {
  return { isGenuine: false, reason, skewSeconds: null }
}

/** One of those that Slack sends, with and without the charset; anything else is read by nobody. */
export function readContentKind(request: Pick<HttpRequest, 'header'>): ContentKind | undefined {
  const contentType =
    request
      .header('content-type')
      ?.toLowerCase()
      .replace(/\s*;\s*/, '; ') ?? ''
  return CONTENT_KINDS.get(contentType)
}

function isSignedWith(secret: string, timestamp: string, body: Uint8Array, signature: string): boolean {
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest()
  return timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex'))
}
