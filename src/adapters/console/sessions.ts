import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { HttpHead } from '../http/route.ts'
import type { RandomBytes } from '../../kernel/ids.ts'

/** Who a browser is, as the cookie says and the signature vouches; roles are read anew at every request. */
const SessionData = z.strictObject({
  kind: z.enum(['person', 'reader']),
  /** Person id; empty for a reader. */
  person: z.string().max(200),
  nonce: z.string().min(16).max(64),
  /** Unix seconds. */
  until: z.number().int(),
})
export type SessionData = z.infer<typeof SessionData>

const COOKIE = 'countersign_session'
const LIFE_SECONDS = 8 * 3600

export interface SessionSettings {
  /** Shared by all replicas, so that a session holds wherever it lands. */
  readonly key: Uint8Array
  /** The cookie travels over https only. */
  readonly isSecure: boolean
  readonly randomBytes: RandomBytes
  readonly nowMs: () => number
}

export interface Sessions {
  /** The header value that signs a browser in. */
  start(kind: SessionData['kind'], person: string): string
  read(head: HttpHead): SessionData | undefined
  /** Bound to the session: a page of another site cannot know it. */
  csrfToken(session: SessionData): string
  isCsrfToken(session: SessionData, token: string): boolean
}

export function createSessions(settings: SessionSettings): Sessions {
  const sign = (text: string): string => createHmac('sha256', settings.key).update(text).digest('base64url')
  const isSame = (left: string, right: string): boolean => {
    const [a, b] = [Buffer.from(left), Buffer.from(right)]
    return a.length === b.length && timingSafeEqual(a, b)
  }
  const csrfToken = (session: SessionData): string => sign(`csrf ${session.nonce} ${session.person}`)
  return {
    start: (kind, person) => {
      const until = Math.floor(settings.nowMs() / 1000) + LIFE_SECONDS
      const nonce = Buffer.from(settings.randomBytes(18)).toString('base64url')
      const payload = Buffer.from(JSON.stringify({ kind, person, nonce, until })).toString('base64url')
      const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${LIFE_SECONDS}${settings.isSecure ? '; Secure' : ''}`
      return `${COOKIE}=${payload}.${sign(`session ${payload}`)}; ${attributes}`
    },
    read: (head) => {
      const [payload, signature] = cookieOf(head).split('.')
      if (payload === undefined || signature === undefined) return undefined
      if (!isSame(signature, sign(`session ${payload}`))) return undefined
      const parsed = SessionData.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
      if (!parsed.success || parsed.data.until * 1000 < settings.nowMs()) return undefined
      return parsed.data
    },
    csrfToken,
    isCsrfToken: (session, token) => isSame(token, csrfToken(session)),
  }
}

function cookieOf(head: HttpHead): string {
  const cookies = (head.header('cookie') ?? '').split(';').map((cookie) => cookie.trim())
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? ''
}
