import { z } from 'zod'
import { drawPastIncidents, likeIncidents } from './past-incidents.ts'
import { openLoopbackServer } from '../http/loopback-server.ts'
import { readJson } from '../http/read-json.ts'
import type { LoopbackServer, SandboxAnswer, SandboxRequest } from '../http/loopback-server.ts'
import type { PastIncident } from './past-incidents.ts'
import type { RuleAlert } from '../prometheus/alert-rules.ts'
import type { Tell } from '../world/event.ts'
import type { WorldFile } from '../world/world-file.ts'

export interface PagerDutyParts {
  readonly file: WorldFile
  readonly seed: number
  /** Before it lies what paged in former months. */
  readonly startMs: number
  readonly token: string
  readonly nowMs: () => number
  readonly tell: Tell
}

interface Incident {
  readonly id: string
  readonly service: string
  readonly serviceId: string
  /** The name of the rule that paged. */
  readonly alert: string
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
  readonly #past: readonly PastIncident[]
  #notes = 0

  constructor(parts: PagerDutyParts) {
    this.#parts = parts
    this.#past = drawPastIncidents(parts.file, parts.seed, parts.startMs)
  }

  open(): Promise<LoopbackServer> {
    return openLoopbackServer((request) => this.#answer(request))
  }

  /**
   * Monitoring pages on its own; Countersign only finds the incident and adds notes to it. All that fires for a service
   * is one incident, which is over when none of it fires any more.
   */
  receive(alerts: readonly RuleAlert[], atMs: number): void {
    const failing = new Map(
      alerts
        .filter(({ endsAtMs }) => endsAtMs === null)
        .toReversed()
        .map(({ labels }) => [labels['service'] ?? '', labels['alertname'] ?? '']),
    )
    for (const service of this.#parts.file.services) {
      const serviceId = service.pagerdutyServiceId
      if (serviceId === undefined) continue
      const open = this.#incidents.find((one) => one.serviceId === serviceId && one.status !== 'resolved')
      const alert = failing.get(service.name)
      if (alert !== undefined && open === undefined) this.#page({ service: service.name, serviceId, alert }, atMs)
      if (alert === undefined && open !== undefined) open.status = 'resolved'
    }
  }

  #page(about: Pick<Incident, 'service' | 'serviceId' | 'alert'>, atMs: number): void {
    const { service } = about
    const number = this.#incidents.length + 1
    this.#incidents.push({
      ...{ ...about, id: `PINC${String(number).padStart(4, '0')}`, key: `sandbox-${service}-${number}` },
      ...{ title: `${service} fails`, createdAtMs: atMs, status: 'triggered', notes: [] },
    })
  }

  #answer(request: SandboxRequest): SandboxAnswer {
    if (request.header('authorization') !== `Token token=${this.#parts.token}`) {
      return refusal(401, 2006, 'You are not authorized to access this resource')
    }
    if (request.header('accept') !== ACCEPT) return refusal(400, 2002, 'Accept header is invalid')
    const [, incidentId, part] =
      /^\/incidents\/([^/]+)\/(notes|past_incidents|related_incidents)$/.exec(request.path) ?? []
    if (incidentId !== undefined) return this.#answerIncident(request, incidentId, part)
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

  #answerIncident(request: SandboxRequest, id: string, part: string | undefined): SandboxAnswer {
    const incident = this.#incidents.find((one) => one.id === id)
    if (incident === undefined) return refusal(404, 2100, 'Not Found')
    if (part === 'notes') return this.#answerNotes(request, incident)
    return { status: 200, body: part === 'past_incidents' ? this.#pastOf(incident) : this.#relatedTo(incident) }
  }

  #pastOf(incident: Incident): object {
    const like = likeIncidents(this.#past, incident)
    const past = like.map(({ past: { id, service, alert, createdAtMs }, score }) => ({
      ...{ score, incident: { id, title: `${alert} on ${service}`, created_at: timeOf(createdAtMs) } },
    }))
    return { past_incidents: past, total: past.length }
  }

  /** What else is open, where one of the two services calls the other. */
  #relatedTo(incident: Incident): object {
    const calls = new Map(this.#parts.file.services.map(({ name, calls: called }) => [name, Object.keys(called)]))
    const isConnected = (from: string, to: string): boolean => calls.get(from)?.includes(to) ?? false
    const related = this.#incidents.filter(
      ({ id, service, status }) =>
        id !== incident.id &&
        status !== 'resolved' &&
        (isConnected(service, incident.service) || isConnected(incident.service, service)),
    )
    const relationships = [{ type: 'service_dependency', metadata: {} }]
    return {
      related_incidents: related.map(({ id, title, createdAtMs }) => ({
        ...{ incident: { id, title, created_at: timeOf(createdAtMs) }, relationships },
      })),
    }
  }

  #answerNotes(request: SandboxRequest, incident: Incident): SandboxAnswer {
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
      .map((one) => ({ id: one.id, status: one.status, created_at: timeOf(one.createdAtMs) }))
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

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function userId(email: string): string {
  return `U${email.replace(/[^a-z]/gi, '').toUpperCase()}`
}

function refusal(status: number, code: number, message: string): SandboxAnswer {
  return { status, body: { error: { code, message } } }
}
