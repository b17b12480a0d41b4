import type { Authentication, HttpHead } from './route.ts'
import { isOneOf } from './secrets.ts'

/** `Authorization: Bearer <token>`, one of the given tokens. Without any token configured nobody gets in. */
export function bearerAuthentication<Who>(tokens: readonly string[], who: Who): Authentication<Who> {
  return {
    kind: 'head',
    name: 'bearer token',
    check: (head) => {
      if (tokens.length === 0) return { ok: false, reason: 'no_token_configured' }
      const token = bearerTokenOf(head)
      if (token === undefined) return { ok: false, reason: 'no_token' }
      return isOneOf(token, tokens) ? { ok: true, who } : { ok: false, reason: 'wrong_token' }
    },
  }
}

export function bearerTokenOf(head: HttpHead): string | undefined {
  return /^bearer +([^\s,]+)$/i.exec(head.header('authorization') ?? '')?.[1]
}
