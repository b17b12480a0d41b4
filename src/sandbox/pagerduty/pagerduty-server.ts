import { z } from 'zod'
import { openLoopbackServer } from '../http/loopback-server.ts'
import { readJson } from '../http/read-json.ts'
import type { LoopbackServer, SandboxAnswer, SandboxRequest } from '../http/loopback-server.ts'
import type { RuleAlert } from '../prometheus/alert-rules.ts'
import type { Tell } from '../world/event.ts'
import type { WorldFile } from '../world/world-file.ts'

export interface PagerDutyParts {
  readonly file: WorldFile
  readonly token: string
  readonly nowMs: () => number
  readonly tell: Tell
}

interface Incident {
  readonly id: string
  readonly serviceId: string
  readonly key: string
  readonly title: string
  readonly createdAtMs: number
  status: 'triggered' | 'acknowledged' | 'resolved'
  readonly notes: { readonly id: string; readonly content: string }[]
}

const NoteBody = z.object({ note: z.object({ content: z.string().min(1) }) })
const ACCEPT = 'application/vnd.pagerduty+json;version=2'

/** PagerDuty's REST interface, version 2, as far as Countersign uses it. Whatever fires pages the service's own. */
export class PagerDuty {
  readonly #parts: PagerDutyParts
  readonly #incidents: Incident[] = []
  #notes = 0

  constructor(parts: PagerDutyParts) {
    this.#parts = parts
  }

  open(): Promise<LoopbackServer> {
    return openLoopbackServer((request) => this.#answer(request))
  }

  /**
   * Monitoring pages on its own; Countersign only finds the incident and adds notes to it. All that fires for a service
   * is one incident, which is over when none of it fires any more.
   */
  receive(alerts: readonly RuleAlert[], atMs: number): void {
    const failing = new Set(
      alerts.flatMap(({ labels, endsAtMs }) => (endsAtMs === null ? [labels['service'] ?? ''] : [])),
    )
    for (const service of this.#parts.file.services) {
      const serviceId = service.pagerdutyServiceId
      if (serviceId === undefined) continue
      const open = this.#incidents.find((one) => one.serviceId === serviceId && one.status !== 'resolved')
      if (failing.has(service.name) && open === undefined) this.#page(service.name, serviceId, atMs)
      if (!failing.has(service.name) && open !== undefined) open.status = 'resolved'
    }
  }

  #page(service: string, serviceId: string, atMs: number): void {
    const number = this.#incidents.length + 1
    this.#incidents.push({
      ...{ id: `PINC${String(number).padStart(4, '0')}`, serviceId, key: `sandbox-${service}-${number}` },
      ...{ title: `${service} fails`, createdAtMs: atMs, status: 'triggered', notes: [] },
    })
  }

  #answer(request: SandboxRequest): SandboxAnswer {
    if (request.header('authorization') !== `Token token=${this.#parts.token}`) {
      return refusal(401, 2006, 'You are not authorized to access this resource')
    }
    if (request.header('accept') !== ACCEPT) return refusal(400, 2002, 'Accept header is invalid')
    const [, incidentId] = /^\/incidents\/([^/]+)\/notes$/.exec(request.path) ?? []
    if (incidentId !== undefined) return this.#answerNotes(request, incidentId)
    const [, serviceId] = /^\/services\/([^/]+)$/.exec(request.path) ?? []
    if (serviceId !== undefined) return this.#answerService(serviceId)
    switch (request.path) {
      case '/incidents':
        return { status: 200, body: { incidents: this.#list(request.query) } }
      case '/oncalls':
        return { status: 200, body: { oncalls: this.#listOnCalls(request.query), more: false } }
      case '/users':
        return { status: 200, body: { users: this.#findUsers(request.query.get('query') ?? '') } }
      case '/abilities':
        return { status: 200, body: { abilities: ['teams'] } }
      default:
        return refusal(404, 2100, 'Not Found')
    }
  }

  #answerNotes(request: SandboxRequest, incidentId: string): SandboxAnswer {
    const incident = this.#incidents.find(({ id }) => id === incidentId)
    if (incident === undefined) return refusal(404, 2100, 'Not Found')
    if (request.method === 'GET') return { status: 200, body: { notes: incident.notes } }
    const body = readJson(request.text, NoteBody)
    if (body === undefined) return refusal(400, 2001, 'Invalid Input Provided')
    if (this.#findUsers(request.header('from') ?? '-').length === 0) {
      return refusal(400, 1008, 'Requester User Not Found')
    }
    this.#notes += 1
    const note = { id: `PNOTE${this.#notes}`, content: body.note.content }
    incident.notes.push(note)
    const text = `note on ${incident.id} (${incident.title})`
    const at = new Date(this.#parts.nowMs())
    this.#parts.tell({ at, from: 'PagerDuty', kind: 'note.added', subject: incident.id, text })
    return { status: 200, body: { note } }
  }

  #answerService(id: string): SandboxAnswer {
    const service = this.#parts.file.services.find(({ pagerdutyServiceId }) => pagerdutyServiceId === id)
    if (service === undefined) return refusal(404, 2100, 'Not Found')
    const policy = { id: `EP${id}`, type: 'escalation_policy_reference' }
    return { status: 200, body: { service: { id, name: service.name, escalation_policy: policy } } }
  }

  #list(query: URLSearchParams): readonly object[] {
    const key = query.get('incident_key')
    const services = query.getAll('service_ids[]')
    const statuses = query.getAll('statuses[]')
    return this.#incidents
      .filter((one) => key === null || one.key === key)
      .filter((one) => services.length === 0 || services.includes(one.serviceId))
      .filter((one) => statuses.length === 0 || statuses.includes(one.status))
      .toReversed()
      .slice(0, Number(query.get('limit') ?? '25'))
      .map((one) => ({ id: one.id, status: one.status, created_at: new Date(one.createdAtMs).toISOString() }))
  }

  #listOnCalls(query: URLSearchParams): readonly object[] {
    const { file } = this.#parts
    const idOf = new Map(file.services.map((service) => [service.name, service.pagerdutyServiceId ?? '']))
    return file.onCall
      .filter((one) => query.getAll('escalation_policy_ids[]').includes(`EP${idOf.get(one.service) ?? ''}`))
      .map((one) => ({
        escalation_level: one.level,
        user: { id: userId(one.email), name: one.name, summary: one.name, email: one.email },
      }))
  }

  #findUsers(query: string): readonly object[] {
    const emails = new Set(this.#parts.file.onCall.map((one) => one.email))
    return [...emails].filter((email) => email.includes(query)).map((email) => ({ id: userId(email), email }))
  }
}

function userId(email: string): string {
  return `U${email.replace(/[^a-z]/gi, '').toUpperCase()}`
}

function refusal(status: number, code: number, message: string): SandboxAnswer {
  return { status, body: { error: { code, message } } }
}
