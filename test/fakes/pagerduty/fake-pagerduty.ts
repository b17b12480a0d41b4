import { VendorServer } from '../vendor-server.ts'
import type { FakeAnswer, SeenRequest } from '../vendor-server.ts'

export const FAKE_TOKEN = 'fake-pagerduty-token-51f0'
export const FAKE_AUTHOR = 'oncall-bot@bank.example'

export interface FakeIncident {
  readonly id: string
  readonly serviceId: string
  readonly key: string
  status: 'triggered' | 'acknowledged' | 'resolved'
  readonly notes: { readonly id: string; readonly content: string; readonly author: string }[]
  level: number
  readonly responderRequests: { readonly message: string; readonly targets: readonly string[] }[]
}

/** What somebody asked for and got: once for each change, none for asking for what stands already. */
export interface FakeEffect {
  readonly kind: 'acknowledged' | 'resolved' | 'reopened' | 'escalated' | 'responders' | 'workflow'
  readonly incident: string
}

export interface FakeOnCall {
  readonly serviceId: string
  readonly level: number
  readonly name: string
  readonly email: string
}

/** PagerDuty's REST interface, version 2, as far as CONNECTORS C.3 describes what we use. */
export class FakePagerDuty {
  readonly server: VendorServer
  /** Newest last. */
  readonly incidents: FakeIncident[] = []
  readonly services = new Set(['PSVC1'])
  readonly onCalls: FakeOnCall[] = []
  readonly users = new Set([FAKE_AUTHOR, 'ana@bank.example'])
  readonly workflows = new Set(['PWORKFLOW1'])
  readonly effects: FakeEffect[] = []
  /** Its own judgement of what is alike, the same for every incident. */
  readonly past: object[] = []
  readonly related: object[] = []
  #nextNote = 1

  constructor() {
    this.server = new VendorServer((request) => this.#answer(request))
  }

  static async start(): Promise<FakePagerDuty> {
    const fake = new FakePagerDuty()
    await fake.server.listen()
    return fake
  }

  addIncident(id: string, serviceId: string, key: string, status: FakeIncident['status'] = 'triggered'): FakeIncident {
    const incident: FakeIncident = { id, serviceId, key, status, notes: [], level: 1, responderRequests: [] }
    this.incidents.push(incident)
    return incident
  }

  /** What every request has to bring. */
  readonly headers = { authorization: `Token token=${FAKE_TOKEN}`, accept: 'application/vnd.pagerduty+json;version=2' }

  countNotes(containing = ''): number {
    return this.incidents.flatMap((incident) => incident.notes).filter((note) => note.content.includes(containing))
      .length
  }

  countEffects(kind: FakeEffect['kind']): number {
    return this.effects.filter((effect) => effect.kind === kind).length
  }

  #answer(request: SeenRequest): FakeAnswer {
    if (request.headers.authorization !== `Token token=${FAKE_TOKEN}`) {
      return { status: 401, body: { error: { code: 2006, message: 'You are not authorized to access this resource' } } }
    }
    if (request.headers.accept !== 'application/vnd.pagerduty+json;version=2') {
      return { status: 400, body: { error: { code: 2002, message: 'Accept header is invalid' } } }
    }
    return this.#answerById(request) ?? this.#answerByPath(request)
  }

  #answerById(request: SeenRequest): FakeAnswer | undefined {
    const notes = /^\/incidents\/([^/]+)\/notes$/.exec(request.path)
    if (notes !== null) return this.#notes(request, notes[1] ?? '')
    const alike = /^\/incidents\/([^/]+)\/(past|related)_incidents$/.exec(request.path)
    if (alike !== null) return this.#alike(alike[1] ?? '', alike[2] ?? '')
    const [, incidentId, verb] = /^\/incidents\/([^/]+)(?:\/(responder_requests))?$/.exec(request.path) ?? []
    if (incidentId !== undefined) return this.#incident(request, incidentId, verb)
    const workflow = /^\/incident_workflows\/([^/]+)\/instances$/.exec(request.path)
    if (workflow !== null) return this.#startWorkflow(request, workflow[1] ?? '')
    return this.#read(request.path)
  }

  #read(path: string): FakeAnswer | undefined {
    const [, kind, id] = /^\/(users|services)\/([^/]+)$/.exec(path) ?? []
    if (id === undefined) return undefined
    return kind === 'users' ? this.#user(decodeURIComponent(id)) : this.#service(id)
  }

  #answerByPath(request: SeenRequest): FakeAnswer {
    switch (request.path) {
      case '/incidents':
        return this.#list(request.query)
      case '/oncalls':
        return this.#listOnCalls(request.query)
      case '/users':
        return { status: 200, body: { users: this.#findUsers(request.query.get('query') ?? '') } }
      case '/abilities':
        return { status: 200, body: { abilities: ['sso', 'teams'] } }
      default:
        return notFound()
    }
  }

  #notes(request: SeenRequest, incidentId: string): FakeAnswer {
    const incident = this.incidents.find(({ id }) => id === incidentId)
    if (incident === undefined) return notFound()
    if (request.method === 'GET') return { status: 200, body: { notes: incident.notes } }
    const author = request.headers['from'] ?? ''
    if (!this.users.has(author)) return unknownAuthor()
    const { note } = request.body as { note: { content: string } }
    const added = { id: `PNOTE${String(this.#nextNote++)}`, content: note.content, author }
    incident.notes.push(added)
    return { status: 200, body: { note: added } }
  }

  #alike(id: string, which: string): FakeAnswer {
    if (!this.incidents.some((one) => one.id === id)) return notFound()
    const past = { past_incidents: this.past, total: this.past.length, limit: 5 }
    return { status: 200, body: which === 'past' ? past : { related_incidents: this.related } }
  }

  #incident(request: SeenRequest, id: string, verb: string | undefined): FakeAnswer {
    const incident = this.incidents.find((one) => one.id === id)
    if (incident === undefined) return notFound()
    if (request.method !== 'GET' && !this.users.has(request.headers['from'] ?? '')) return unknownAuthor()
    if (request.method === 'PUT') this.#change(incident, request.body as { incident: FakeChange })
    if (verb === 'responder_requests') return this.#callResponders(incident, request.body as FakeCall)
    return { status: 200, body: { incident: describe(incident) } }
  }

  /** As PagerDuty does: a resolved incident that is acknowledged is open again. */
  #change(incident: FakeIncident, { incident: change }: { readonly incident: FakeChange }): void {
    const { status, escalation_level: level } = change
    if (status !== undefined && status !== incident.status) {
      const kind = incident.status === 'resolved' ? 'reopened' : status
      this.effects.push({ kind, incident: incident.id })
      incident.status = status
    }
    if (level !== undefined && level !== incident.level) {
      this.effects.push({ kind: 'escalated', incident: incident.id })
      incident.level = level
    }
  }

  #callResponders(incident: FakeIncident, call: FakeCall): FakeAnswer {
    const targets = call.responder_request_targets.map((one) => one.responder_request_target.id)
    incident.responderRequests.push({ message: call.message, targets })
    this.effects.push({ kind: 'responders', incident: incident.id })
    return { status: 200, body: { responder_request: { message: call.message } } }
  }

  #startWorkflow(request: SeenRequest, id: string): FakeAnswer {
    if (!this.workflows.has(id)) return notFound()
    const { incident_workflow_instance: instance } = request.body as {
      incident_workflow_instance: { id: string; incident: { id: string } }
    }
    this.effects.push({ kind: 'workflow', incident: instance.incident.id })
    return { status: 201, body: { incident_workflow_instance: { id: instance.id } } }
  }

  #user(id: string): FakeAnswer {
    const found = this.onCalls.find(({ email }) => `U-${email}` === id)
    if (found === undefined) return notFound()
    const { name, email } = found
    return { status: 200, body: { user: { id, type: 'user', summary: name, name, email } } }
  }

  #service(id: string): FakeAnswer {
    if (!this.services.has(id)) return notFound()
    const policy = { id: `EP-${id}`, type: 'escalation_policy_reference' }
    return { status: 200, body: { service: { id, name: id, escalation_policy: policy } } }
  }

  #list(query: URLSearchParams): FakeAnswer {
    const key = query.get('incident_key')
    const serviceIds = query.getAll('service_ids[]')
    const statuses = query.getAll('statuses[]')
    const found = this.incidents
      .filter((incident) => key === null || incident.key === key)
      .filter((incident) => serviceIds.length === 0 || serviceIds.includes(incident.serviceId))
      .filter((incident) => statuses.length === 0 || statuses.includes(incident.status))
      .toReversed()
      .slice(0, Number(query.get('limit') ?? '25'))
    return { status: 200, body: { incidents: found.map(({ id, status }) => ({ id, status })) } }
  }

  #listOnCalls(query: URLSearchParams): FakeAnswer {
    const policies = query.getAll('escalation_policy_ids[]')
    const [limit, offset] = [Number(query.get('limit') ?? '25'), Number(query.get('offset') ?? '0')]
    const all = this.onCalls.filter((each) => policies.includes(`EP-${each.serviceId}`))
    const oncalls = all.slice(offset, offset + limit).map((each) => ({
      escalation_level: each.level,
      user: { id: `U-${each.email}`, type: 'user', name: each.name, summary: each.name, email: each.email },
    }))
    return { status: 200, body: { oncalls, limit, offset, more: offset + limit < all.length } }
  }

  #findUsers(query: string): readonly object[] {
    return [...this.users].filter((email) => email.includes(query)).map((email) => ({ id: `U-${email}`, email }))
  }
}

interface FakeChange {
  readonly status?: 'acknowledged' | 'resolved'
  readonly escalation_level?: number
}

interface FakeCall {
  readonly message: string
  readonly responder_request_targets: readonly { readonly responder_request_target: { readonly id: string } }[]
}

function describe({ id, serviceId, status, responderRequests }: FakeIncident): object {
  const policy = { id: `EP-${serviceId}`, type: 'escalation_policy_reference' }
  return {
    id,
    status,
    type: 'incident',
    escalation_policy: policy,
    incidents_responders: responderRequests.map(({ message }) => ({ message })),
  }
}

function unknownAuthor(): FakeAnswer {
  return { status: 400, body: { error: { code: 1008, message: 'Requester User Not Found', errors: ['From'] } } }
}

function notFound(): FakeAnswer {
  return { status: 404, body: { error: { code: 2100, message: 'Not Found' } } }
}
