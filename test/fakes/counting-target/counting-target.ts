import { VendorServer } from '../vendor-server.ts'
import type { FakeAnswer, Fault, SeenRequest } from '../vendor-server.ts'

/**
 * A target that knows how often each effect happened. `keyed` does an effect once per idempotency key; `queryable` does
 * it as often as it is asked to, and tells afterwards whether a key was seen; `opaque` does it as often as well and
 * tells nobody. An effect with `to` sets the revision of its resource, so that drift can be seen.
 */
export class CountingTarget {
  readonly server: VendorServer
  /** Every effect in order. */
  readonly effects: { readonly key: string; readonly kind: string; readonly resource: string }[] = []
  readonly #counts = new Map<string, number>()
  readonly revisions = new Map<string, string>()
  /** What a check answers; `true` unless set. */
  readonly checks = new Map<string, 'holds' | 'fails' | 'undecided'>()
  /** How many polls an operation of `slow` takes. */
  pollsUntilDone = 2
  readonly #polls = new Map<string, number>()

  constructor() {
    this.server = new VendorServer((request) => this.#answer(request))
  }

  get url(): string {
    return this.server.url
  }

  open(): Promise<void> {
    return this.server.listen()
  }

  close(): Promise<void> {
    return this.server.close()
  }

  /** Loses answers, hangs or refuses, for requests that would have an effect. */
  misbehave(fault: Fault): void {
    const matches = fault.matches ?? (() => true)
    this.server.inject({ ...fault, matches: (request) => request.method === 'POST' && matches(request) })
  }

  countOf(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  /** Keys whose effect happened more than once. */
  doubles(): readonly string[] {
    return [...this.#counts].filter(([, count]) => count > 1).map(([key]) => key)
  }

  /** How many requests asked for an effect, whatever came of them. */
  requestCount(): number {
    return this.server.requests.filter((request) => request.method === 'POST').length
  }

  requestCountOf(resource: string): number {
    return this.server.requests.filter(({ method, text }) => method === 'POST' && text.includes(`"${resource}"`)).length
  }

  #answer(request: SeenRequest): FakeAnswer {
    const name = (parameter: string) => request.query.get(parameter) ?? ''
    switch (`${request.method} ${request.path}`) {
      case 'GET /state':
        return { status: 200, body: { revision: this.revisions.get(name('resource')) ?? 'r0' } }
      case 'GET /effects':
        return { status: 200, body: { count: this.countOf(name('key')) } }
      case 'GET /checks':
        return { status: 200, body: { verdict: this.checks.get(name('resource')) ?? 'holds' } }
      case 'GET /operations':
        return { status: 200, body: { isDone: this.#poll(name('key')) } }
      case 'POST /keyed':
      case 'POST /queryable':
      case 'POST /opaque':
        return this.#act(request)
      default:
        return { status: 404, body: { message: `no such thing as ${request.path}` } }
    }
  }

  #act(request: SeenRequest): FakeAnswer {
    const kind = request.path.slice(1)
    const key = String(request.headers['idempotency-key'] ?? '')
    const body = request.body as { readonly resource: string; readonly to?: string }
    if (kind !== 'keyed' || this.countOf(key) === 0) {
      this.effects.push({ key, kind, resource: body.resource })
      this.#counts.set(key, this.countOf(key) + 1)
      if (body.to !== undefined) this.revisions.set(body.resource, body.to)
    }
    return { status: 200, body: { revision: this.revisions.get(body.resource) ?? 'r0' } }
  }

  #poll(key: string): boolean {
    const polls = (this.#polls.get(key) ?? 0) + 1
    this.#polls.set(key, polls)
    return polls >= this.pollsUntilDone
  }
}
