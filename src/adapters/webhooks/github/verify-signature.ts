import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Authentication } from '../../http/route.ts'

/** `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over the exact bytes, with one of the secrets. */
export function githubSignature(secrets: readonly string[]): Authentication<null> {
  return {
    kind: 'body',
    name: 'X-Hub-Signature-256',
    check: (request) => {
      if (secrets.length === 0) return { ok: false, reason: 'no_secret_configured' }
      const hex = /^sha256=([0-9a-f]{64})$/.exec(request.header('x-hub-signature-256') ?? '')?.[1]
      if (hex === undefined) return { ok: false, reason: 'no_signature' }
      const given = Buffer.from(hex, 'hex')
      // All secrets are tried, so that the time does not tell which one it was.
      const matching = secrets.filter((secret) =>
        timingSafeEqual(given, createHmac('sha256', secret).update(request.body).digest()),
      )
      return matching.length > 0 ? { ok: true, who: null } : { ok: false, reason: 'wrong_signature' }
    },
  }
}
