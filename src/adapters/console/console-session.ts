import { emptyAnswer } from '../http/answers.ts'
import { HttpFault } from '../http/http-fault.ts'
import { sourceIpOf } from '../http/source-ip.ts'
import type { Authentication, HttpHead, HttpRequest } from '../http/route.ts'
import type { ConsoleSettings } from './console-settings.ts'
import type { Person } from '../../domain/person.ts'
import type { Reader } from '../../orchestrator/index.ts'

/** Who looks at a page. `csrf` is undefined where nothing may be changed. */
export interface Visitor {
  readonly reader: Reader
  readonly person: Person | null
  readonly name: string
  readonly csrf: string | undefined
}

/** A page without a session leads to the sign-in, and back again afterwards. */
export function sessionAuthentication(settings: ConsoleSettings): Authentication<Visitor> {
  return {
    kind: 'head',
    name: 'console session',
    check: (head) => {
      const visitor = visitorOf(settings, head)
      if (visitor !== undefined) return { ok: true, who: visitor }
      const next = encodeURIComponent(head.method === 'GET' ? head.path : '/')
      return { ok: false, reason: 'no_session', answer: emptyAnswer(303, { location: `/session?next=${next}` }) }
    },
  }
}

export function visitorOf(settings: ConsoleSettings, head: HttpHead): Visitor | undefined {
  const session = settings.sessions.read(head)
  if (session === undefined) return undefined
  const from = { origin: 'console', sourceIp: sourceIpOf(head) } as const
  if (session.kind === 'reader') {
    if (settings.signIn.kind !== 'token') return undefined
    return { reader: { type: 'token', ...from }, person: null, name: 'read only', csrf: undefined }
  }
  const person = settings.signIn.kind === 'pick' ? settings.deps.directory.findById(session.person) : undefined
  if (person === undefined) return undefined
  const csrf = settings.sessions.csrfToken(session)
  return { reader: { type: 'person', person, ...from }, person, name: person.name, csrf }
}

/** A post must come from a page of ours, carry the session's token, and belong to a person. */
export function requirePost(settings: ConsoleSettings, request: HttpRequest, form: URLSearchParams): Person {
  requireOwnOrigin(request)
  const session = settings.sessions.read(request)
  const person = session === undefined ? undefined : visitorOf(settings, request)?.person
  if (session === undefined || !settings.sessions.isCsrfToken(session, form.get('csrf') ?? '')) {
    throw refuse('This form is not of your session. Load the page again.')
  }
  if (person === undefined || person === null) throw refuse('This session may only read. Decide in chat.')
  return person
}

/** Browsers say where a post comes from; whoever does not say so is not a browser, and has no cookie of one. */
export function requireOwnOrigin(request: HttpRequest): void {
  const origin = request.header('origin')
  const host = request.header('host')
  const isOwn = origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host
  if (!isOwn) throw refuse('The request does not come from a page of this console.')
}

function refuse(message: string): HttpFault {
  return new HttpFault({ status: 403, code: 'not_allowed', message })
}
