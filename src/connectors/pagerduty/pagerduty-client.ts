import { parseAnswer } from '../shared/parse-answer.ts'
import { sendRequest } from '../shared/http-request.ts'
import {
  AbilitiesAnswer,
  IncidentAnswer,
  IncidentsAnswer,
  NoteAnswer,
  NotesAnswer,
  OnCallsAnswer,
  PastAnswer,
  RelatedAnswer,
  ResponderRequestAnswer,
  ServiceAnswer,
  UserAnswer,
  UsersAnswer,
  WorkflowInstanceAnswer,
} from './schema.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { VendorReadFailedError } from '../shared/vendor-read-failed-error.ts'
import type { z } from 'zod'
import type { PagerDutyIncident } from './schema.ts'
import type { HttpTiming } from '../shared/http-request.ts'

export interface PagerDutyClientOptions {
  /** `PAGERDUTY_API_URL`, or https://api.pagerduty.com. */
  readonly apiUrl: string
  readonly token: string
  /** `PAGERDUTY_FROM`: the e-mail of a PagerDuty user to whom writes are attributed. */
  readonly from: string | null
  /** For one call; default 10 s. */
  readonly timeoutMs?: number
  readonly onTiming?: (timing: HttpTiming) => void
}

/** Who writes, for PagerDuty's own record. */
export interface Writing {
  readonly from: string
  readonly signal: AbortSignal
}

export type IncidentChange = { readonly status: 'acknowledged' | 'resolved' } | { readonly escalation_level: number }

export interface ResponderRequest {
  readonly requesterId: string
  readonly message: string
  readonly targets: readonly { readonly id: string; readonly type: string }[]
}

const PAGERDUTY = 'PagerDuty'
export const MOST_INCIDENTS = 25
/** The most that PagerDuty gives at once, and as many as it gives page by page: offset and limit end at 10,000. */
const ON_CALLS_A_PAGE = 100
const MOST_ON_CALLS = 10_000
const DEFAULT_TIMEOUT_MS = 10_000
const OPEN_STATUSES = ['triggered', 'acknowledged']

/** PagerDuty's REST interface, version 2, as far as we use it. */
export class PagerDutyClient {
  readonly #options: PagerDutyClientOptions

  constructor(options: PagerDutyClientOptions) {
    this.#options = options
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  }

  get from(): string | null {
    return this.#options.from
  }

  async addNote(incidentId: string, content: string, from: string, signal: AbortSignal): Promise<string> {
    const path = `/incidents/${encodeURIComponent(incidentId)}/notes`
    const { note } = await this.#call(path, { body: { note: { content } }, from, signal }, NoteAnswer)
    return note.id
  }

  async listNotes(
    incidentId: string,
    signal: AbortSignal,
  ): Promise<readonly { readonly id: string; readonly content: string }[]> {
    const answer = await this.#call(`/incidents/${encodeURIComponent(incidentId)}/notes`, { signal }, NotesAnswer)
    return answer.notes.map((note) => ({ id: note.id, content: note.content ?? '' }))
  }

  /** Newest first, at most `MOST_INCIDENTS`. */
  async listIncidents(
    by: { readonly key: string } | { readonly serviceId: string },
    which: 'open' | 'all',
    signal: AbortSignal,
  ): Promise<z.infer<typeof IncidentsAnswer>['incidents']> {
    const statuses = which === 'open' ? OPEN_STATUSES : [...OPEN_STATUSES, 'resolved']
    const query = new URLSearchParams([
      'key' in by ? ['incident_key', by.key] : ['service_ids[]', by.serviceId],
      ...statuses.map((status): [string, string] => ['statuses[]', status]),
      ['sort_by', 'created_at:desc'],
      ['date_range', 'all'],
      ['limit', String(MOST_INCIDENTS)],
    ])
    return (await this.#call(`/incidents?${query.toString()}`, { signal }, IncidentsAnswer)).incidents
  }

  async findEscalationPolicy(serviceId: string, signal: AbortSignal): Promise<string | null> {
    const { service } = await this.#call(`/services/${encodeURIComponent(serviceId)}`, { signal }, ServiceAnswer)
    return service.escalation_policy?.id ?? null
  }

  async listOnCalls(policyId: string, signal: AbortSignal): Promise<z.infer<typeof OnCallsAnswer>['oncalls']> {
    const all: z.infer<typeof OnCallsAnswer>['oncalls'] = []
    for (let hasMore = true; hasMore;) {
      // Whoever leaves some out does not know who will be paged, and says so.
      if (all.length >= MOST_ON_CALLS) {
        throw new VendorReadFailedError(PAGERDUTY, `it tells of more than ${String(MOST_ON_CALLS)} people on call`)
      }
      const query = new URLSearchParams([
        ['escalation_policy_ids[]', policyId],
        ['include[]', 'users'],
        ['limit', String(ON_CALLS_A_PAGE)],
        ['offset', String(all.length)],
      ])
      const { oncalls, more } = await this.#call(`/oncalls?${query.toString()}`, { signal }, OnCallsAnswer)
      all.push(...oncalls)
      hasMore = more === true && oncalls.length > 0
    }
    return all
  }

  async getIncident(incidentId: string, signal: AbortSignal): Promise<PagerDutyIncident> {
    const answer = await this.#call(`/incidents/${encodeURIComponent(incidentId)}`, { signal }, IncidentAnswer)
    return answer.incident
  }

  /** Like this one, the most alike first. */
  async listPastIncidents(incidentId: string, signal: AbortSignal): Promise<PastAnswer['past_incidents']> {
    const path = `/incidents/${encodeURIComponent(incidentId)}/past_incidents?limit=5`
    const none = { past_incidents: [] }
    return (await orNone(none, () => this.#call(path, { signal }, PastAnswer))).past_incidents
  }

  async listRelatedIncidents(incidentId: string, signal: AbortSignal): Promise<RelatedAnswer['related_incidents']> {
    const path = `/incidents/${encodeURIComponent(incidentId)}/related_incidents`
    const none = { related_incidents: [] }
    return (await orNone(none, () => this.#call(path, { signal }, RelatedAnswer))).related_incidents
  }

  /** Sets what is given to that value; asking twice is the same as asking once. */
  async changeIncident(incidentId: string, change: IncidentChange, call: Writing): Promise<PagerDutyIncident> {
    const body = { incident: { type: 'incident_reference', ...change } }
    const path = `/incidents/${encodeURIComponent(incidentId)}`
    const answer = await this.#call(path, { method: 'PUT', body, ...call }, IncidentAnswer)
    return answer.incident
  }

  /** Pages the people named. */
  async requestResponders(incidentId: string, request: ResponderRequest, call: Writing): Promise<void> {
    const body = {
      requester_id: request.requesterId,
      message: request.message,
      responder_request_targets: request.targets.map((target) => ({ responder_request_target: target })),
    }
    const path = `/incidents/${encodeURIComponent(incidentId)}/responder_requests`
    await this.#call(path, { body, ...call }, ResponderRequestAnswer)
  }

  async startWorkflow(workflowId: string, incidentId: string, key: string, call: Writing): Promise<string | null> {
    const incident = { id: incidentId, type: 'incident_reference' }
    const path = `/incident_workflows/${encodeURIComponent(workflowId)}/instances`
    const body = { incident_workflow_instance: { id: key, incident } }
    const answer = await this.#call(path, { body, ...call }, WorkflowInstanceAnswer)
    return answer.incident_workflow_instance.id ?? null
  }

  async getUserName(userId: string, signal: AbortSignal): Promise<string> {
    const { user } = await this.#call(`/users/${encodeURIComponent(userId)}`, { signal }, UserAnswer)
    return user.name ?? user.summary ?? user.id
  }

  /** The id of the user with this e-mail; null when PagerDuty knows none. */
  async findUser(email: string, signal: AbortSignal): Promise<string | null> {
    const query = new URLSearchParams({ query: email })
    const { users } = await this.#call(`/users?${query.toString()}`, { signal }, UsersAnswer)
    return users.find((user) => user.email?.toLowerCase() === email.toLowerCase())?.id ?? null
  }

  /** The cheapest question that any valid token may ask. */
  async listAbilities(signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#call('/abilities', { signal }, AbilitiesAnswer)).abilities
  }

  async #call<Output>(
    path: string,
    call: {
      readonly method?: 'PUT'
      readonly body?: object
      readonly from?: string
      readonly signal: AbortSignal
    },
    schema: z.ZodType<Output>,
  ): Promise<Output> {
    const effect = call.body !== undefined
    const response = await sendRequest({
      vendor: PAGERDUTY,
      method: call.method ?? (effect ? 'POST' : 'GET'),
      url: `${this.#options.apiUrl.replace(/\/+$/, '')}${path}`,
      headers: {
        authorization: `Token token=${this.#options.token}`,
        accept: 'application/vnd.pagerduty+json;version=2',
        'content-type': 'application/json',
        ...(call.from === undefined ? {} : { from: call.from }),
      },
      ...(effect ? { body: JSON.stringify(call.body) } : {}),
      timeoutMs: this.timeoutMs,
      signal: call.signal,
      effect,
      ...(this.#options.onTiming === undefined ? {} : { onTiming: this.#options.onTiming }),
    })
    return parseAnswer({ vendor: PAGERDUTY, effect }, schema, response.bytes)
  }
}

/** Payment required: which incidents are alike belongs to some plans only. Not found: the incident is gone. */
const NOTHING_THERE = [402, 404]

/** Where there is nothing to find, none are alike; a token that may not look is a failure. */
async function orNone<Answer>(none: Answer, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof VendorRejectedError && NOTHING_THERE.includes(error.status)) return none
    throw error
  }
}
