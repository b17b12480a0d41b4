import type { HttpAnswer } from './answers.ts'

/** A request before its body is read: what a check of a header may look at. */
export interface HttpHead {
  readonly id: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Lower case, without parameters; empty when there is none. */
  readonly contentType: string
  /** The other end of the connection, whoever that is. */
  readonly remoteAddress: string
  /**
   * That one first, then whom each trusted proxy names as the one behind it, up to the first that is not trusted. What a
   * proxy says need not be an address: ask `sourceIpOf`.
   */
  readonly clientAddresses: readonly string[]
  /** Undefined when it is absent, and when it was sent more than once: nobody may pick the one that suits them. */
  header(name: string): string | undefined
  /** Whether it was sent at all, however often. */
  hasHeader(name: string): boolean
  /** Aborted when the client goes away or the server stops. */
  readonly signal: AbortSignal
}

export interface HttpRequest extends HttpHead {
  /** The exact bytes; JSON among them is read with kernel/parse-json.ts and nothing else. */
  readonly body: Uint8Array
}

/**
 * What came of checking who sends. `reason` is a fixed word for the audit log, never text from the request; `answer`
 * replaces the plain 401, for example by a redirect to a sign-in page.
 */
export type Authenticated<Who> =
  | { readonly ok: true; readonly who: Who }
  | { readonly ok: false; readonly reason: string; readonly answer?: HttpAnswer }

export type Authentication<Who> =
  /** Nobody is asked; `why` stands in the route inventory. */
  | { readonly kind: 'none'; readonly why: string; readonly who: Who }
  /** Decided before a byte of the body is read. */
  | {
      readonly kind: 'head'
      readonly name: string
      check(head: HttpHead): Authenticated<Who> | Promise<Authenticated<Who>>
    }
  /** A signature over the body. */
  | {
      readonly kind: 'body'
      readonly name: string
      check(request: HttpRequest): Authenticated<Who> | Promise<Authenticated<Who>>
    }

export interface Route<Who> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** fastify's syntax: `/api/v1/incidents/:id`, `/assets/*`. */
  readonly path: string
  /** Who is behind it, for audit, metrics and logs: `alertmanager`, `slack`, `console`, `api`. */
  readonly source: string
  readonly authentication: Authentication<Who>
  /** How errors are told: RFC 9457 problem details, or the plain JSON of webhooks. Default `problem`. */
  readonly errors?: 'problem' | 'webhook'
  handle(request: HttpRequest, who: Who): HttpAnswer | Promise<HttpAnswer>
}

/** One line of the route inventory: every route says how its caller is known. */
export interface RouteInventoryEntry {
  readonly method: string
  readonly path: string
  readonly source: string
  /** Name of the check, or `none: <why>`. */
  readonly authentication: string
}

/** A route whose `Who` is nobody's business any more: the check and the handler were tied together where both are known. */
export interface MountedRoute {
  readonly entry: RouteInventoryEntry
  readonly errors: 'problem' | 'webhook'
  /** Undefined when the body is needed first. */
  readonly admitHead: ((head: HttpHead) => Promise<Admission>) | undefined
  admit(request: HttpRequest): Promise<Admission>
}

export type Admission =
  | { readonly ok: true; handle(request: HttpRequest): Promise<HttpAnswer> }
  | { readonly ok: false; readonly reason: string; readonly answer?: HttpAnswer }

export function tieRoute<Who>(route: Route<Who>): MountedRoute {
  const { authentication } = route
  const toAdmission = (checked: Authenticated<Who>): Admission =>
    checked.ok ? { ok: true, handle: async (request) => route.handle(request, checked.who) } : checked
  return {
    entry: {
      method: route.method,
      path: route.path,
      source: route.source,
      authentication: authentication.kind === 'none' ? `none: ${authentication.why}` : authentication.name,
    },
    errors: route.errors ?? 'problem',
    admitHead:
      authentication.kind === 'head' ? async (head) => toAdmission(await authentication.check(head)) : undefined,
    admit: async (request) =>
      authentication.kind === 'none'
        ? toAdmission({ ok: true, who: authentication.who })
        : toAdmission(await authentication.check(request)),
  }
}
