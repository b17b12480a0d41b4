import { CRASH_CLASSES } from '../../domain/action.ts'
import { INCIDENT_STATES } from '../../domain/incident.ts'
import { PROPOSAL_STATES } from '../../domain/approval.ts'
import { STEP_APPROVAL_STATES } from '../../domain/step-approval.ts'
import { RUN_STATES } from '../../domain/run.ts'
import { SEVERITIES } from '../../domain/severity.ts'

const string = { type: 'string' }
const maybe = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] })
const time = { type: 'string', format: 'date-time' }
const list = (items: object): object => ({ type: 'array', items })
const object = (properties: Readonly<Record<string, object>>): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})
const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })

const SAID = { person: string, text: string, at: time, surface: string }
const QUESTION = object({ number: { type: 'integer' }, step: maybe(string), ...SAID, answers: list(object(SAID)) })
const DECISION = object({
  ...{ person: string, decision: { enum: ['approve', 'reject'] }, reason: maybe(string), at: time, surface: string },
  withdrawn: { type: 'boolean' },
})
const REQUIRED = object({ approvals: { type: 'integer' }, rules: list(string) })

const SCHEMAS = {
  Suspect: object({
    changeId: string,
    service: string,
    kind: string,
    at: time,
    revision: maybe(string),
    probability: { type: 'number', minimum: 0, maximum: 1 },
    reasons: list(object({ feature: string, weight: { type: 'number' }, text: string })),
  }),
  Preview: object({
    steps: list(
      object({
        stepId: string,
        gatheredAt: time,
        source: string,
        revisions: maybe(object({ from: maybe(string), to: maybe(string) })),
        commits: maybe(
          object({
            direction: { enum: ['taken_out', 'brought_in'] },
            isComplete: { type: 'boolean' },
            count: { type: 'integer' },
            commits: list(object({ revision: string, message: string, author: maybe(string) })),
            source: string,
          }),
        ),
        images: maybe(list(object({ name: string, from: maybe(string), to: maybe(string) }))),
        resources: maybe(list(object({ kind: string, name: string, change: string }))),
        versions: maybe({ type: 'object' }),
        invocation: maybe(
          object({
            function: string,
            qualifier: string,
            runs: maybe({ type: 'object' }),
            timeoutSeconds: maybe({ type: 'integer' }),
            waitsSeconds: maybe({ type: 'integer' }),
            mode: { enum: ['request', 'event'] },
            payload: object({
              bytes: { type: 'integer' },
              isFinal: { type: 'boolean' },
              sha256: maybe(string),
              params: maybe({ type: 'object' }),
            }),
            isIdempotent: { type: 'boolean' },
            crashClass: { enum: CRASH_CLASSES },
          }),
        ),
        paged: maybe(list(string)),
        reading: maybe(object({ values: list({ type: 'number' }) })),
        unread: list(string),
      }),
    ),
    blast: object({ layers: list(list(string)), edges: list(object({ service: string, dependant: string })) }),
  }),
  Proposal: object({
    id: string,
    playbook: string,
    playbookDigest: string,
    tier: { type: 'integer', minimum: 1, maximum: 4 },
    tierReasons: list(string),
    state: { enum: PROPOSAL_STATES },
    planDigest: string,
    reasons: list(string),
    planHash: string,
    plan: object({ steps: list({ type: 'object' }), undo: list({ type: 'object' }), verification: list(string) }),
    preview: maybe(ref('Preview')),
    requester: string,
    required: REQUIRED,
    decisions: list(DECISION),
    questions: list(QUESTION),
    expiresAt: time,
    closedAt: maybe(time),
    closedReason: maybe(string),
  }),
  Incident: object({
    id: string,
    title: string,
    service: maybe(string),
    environment: maybe(string),
    severity: { enum: SEVERITIES },
    state: { enum: INCIDENT_STATES },
    openedAt: time,
    updatedAt: time,
    commander: maybe(string),
    alerts: object({ total: { type: 'integer' }, distinct: { type: 'integer' }, firing: { type: 'integer' } }),
    suspects: list(ref('Suspect')),
    facts: object({ text: string, sentences: list(object({ text: string, evidence: list(string) })) }),
    summary: object({
      text: string,
      source: { enum: ['facts', 'model'] },
      sentences: list(object({ text: string, evidence: list(string) })),
    }),
    proposal: maybe(ref('Proposal')),
    freezes: list(
      object({
        service: maybe(string),
        environment: maybe(string),
        reason: string,
        until: time,
        holds: { enum: ['run', 'undo'] },
      }),
    ),
    runs: list(string),
  }),
  TimelineEntry: object({
    id: string,
    at: time,
    event: string,
    actor: { type: 'object' },
    origin: string,
    text: string,
  }),
  Evidence: object({
    id: string,
    kind: string,
    source: string,
    at: time,
    fact: string,
    url: maybe(string),
    data: { type: 'object' },
  }),
  Run: object({
    id: string,
    incidentId: string,
    proposalId: string,
    state: { enum: RUN_STATES },
    startedAt: maybe(time),
    finishedAt: maybe(time),
    detail: maybe(string),
    approval: maybe(
      object({
        ...{ stepId: string, title: string, tier: { type: 'integer' }, hash: string, required: REQUIRED },
        ...{ canApprove: list(string), decisions: list(DECISION), questions: list(QUESTION) },
        ...{ askedAt: time, expiresAt: time },
      }),
    ),
    steps: list(
      object({
        id: string,
        uses: string,
        state: string,
        attempts: { type: 'integer' },
        startedAt: maybe(time),
        finishedAt: maybe(time),
        outcome: maybe(string),
        detail: maybe(string),
        approval: maybe(
          object({
            state: { enum: STEP_APPROVAL_STATES.filter((state) => state !== 'pending') },
            ...{ at: maybe(time), reason: maybe(string), people: list(string) },
          }),
        ),
      }),
    ),
  }),
  AuditEntry: object({
    seq: { type: 'integer' },
    at: time,
    event: string,
    actor: { type: 'object' },
    target: maybe({ type: 'object' }),
    outcome: string,
    hash: string,
  }),
  Problem: object({ type: string, title: string, status: { type: 'integer' }, detail: string, code: string }),
}

const query = (name: string, description: string): object => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: string,
})
const PAGING = [query('limit', '1 to 200, default 50'), query('cursor', 'the value of "next" from the page before')]
const ID = { name: 'id', in: 'path', required: true, schema: string }

function get(summary: string, parameters: readonly object[], answer: object): object {
  const content = (schema: object, type: string): object => ({ [type]: { schema } })
  return {
    get: {
      summary,
      parameters,
      responses: {
        '200': { description: 'Found', content: content(answer, 'application/json') },
        default: {
          description: 'RFC 9457 problem details',
          content: content(ref('Problem'), 'application/problem+json'),
        },
      },
    },
  }
}

const page = (name: string): object => ({
  type: 'object',
  properties: { items: list(ref(name)), next: {} },
  required: ['items', 'next'],
})

/** The read API's own description, OpenAPI 3.1. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1',
      description: 'Reading incidents, runs and the audit log. Decisions are made in chat.',
    },
    security: [{ token: [] }],
    paths: {
      '/api/v1/incidents': get(
        'Incidents, newest first',
        [query('state', INCIDENT_STATES.join(', ')), query('service', 'catalog name'), ...PAGING],
        page('Incident'),
      ),
      '/api/v1/incidents/{id}': get('One incident', [ID], ref('Incident')),
      '/api/v1/incidents/{id}/timeline': get('What happened, oldest first', [ID, ...PAGING], page('TimelineEntry')),
      '/api/v1/incidents/{id}/evidence': get('The facts', [ID], page('Evidence')),
      '/api/v1/incidents/{id}/changes': get('Ranked suspects', [ID], page('Suspect')),
      '/api/v1/runs/{id}': get('One run with its steps', [ID], ref('Run')),
      '/api/v1/audit': get(
        'Audit entries, oldest first; reading is audited',
        [query('incident', 'INC-12'), query('after', 'number of the last entry seen'), query('limit', '1 to 200')],
        page('AuditEntry'),
      ),
    },
    components: { schemas: SCHEMAS, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}
