import { auditJson, evidenceJson, incidentJson, runJson, suspectJson, timelineJson } from './incident-json.ts'
import { bearerTokenOf } from '../http/bearer.ts'
import { HttpFault } from '../http/http-fault.ts'
import { isSameSecret } from '../http/secrets.ts'
import { jsonAnswer } from '../http/answers.ts'
import {
  listIncidents,
  readAudit,
  readEvidence,
  readIncident,
  readRun,
  readTimeline,
} from '../../orchestrator/index.ts'
import { openApiDocument } from './open-api.ts'
import { sourceIpOf } from '../http/source-ip.ts'
import { readCursor, readIncidentId, readLimit, readState } from './read-query.ts'
import type { Authentication, HttpHead, HttpRequest, Route } from '../http/route.ts'
import type { Deps, Reader } from '../../orchestrator/index.ts'
import type { HttpServer } from '../http/open-http-server.ts'

export interface ApiSettings {
  readonly deps: Deps
  /** `COUNTERSIGN_API_TOKEN`; without it only signed-in console sessions are answered. */
  readonly token: string | null
  readonly readerOfSession: (head: HttpHead) => Reader | undefined
}

type Read = (request: HttpRequest, reader: Reader) => Promise<object>

/** `/api/v1`: reading only; decisions are made in chat. */
export function mountApi(server: HttpServer, settings: ApiSettings): void {
  const reads = { ...incidentReads(settings.deps), ...recordReads(settings.deps) }
  for (const [path, read] of Object.entries(reads)) {
    const route: Route<Reader> = {
      method: 'GET',
      path: `/api/v1${path}`,
      source: 'api',
      authentication: apiAuthentication(settings),
      handle: async (request, reader) => jsonAnswer(200, await read(request, reader)),
    }
    server.mount(route)
  }
}

function incidentReads(deps: Deps): Readonly<Record<string, Read>> {
  return {
    '/incidents': async (request, reader) => {
      const service = request.query.get('service')
      const before = readCursor(request, /^INC-\d{1,12}$/)
      const state = readState(request)
      const filter = {
        limit: readLimit(request),
        ...(service === null ? {} : { service }),
        ...(before === null ? {} : { before }),
        ...(state === null ? {} : { state }),
      }
      const page = await listIncidents(deps, reader, filter)
      return { items: page.items.map(incidentJson), next: page.next }
    },
    '/incidents/:id': async (request, reader) => incidentJson(await readIncident(deps, reader, idOf(request))),
    '/incidents/:id/timeline': async (request, reader) => {
      await readIncident(deps, reader, idOf(request))
      const page = { after: readCursor(request, /^\d{1,18}$/), limit: readLimit(request) }
      const entries = await readTimeline(deps, reader, idOf(request), page)
      return { items: entries.items.map(timelineJson), next: entries.next }
    },
    '/incidents/:id/evidence': async (request, reader) => {
      await readIncident(deps, reader, idOf(request))
      return { items: (await readEvidence(deps, reader, idOf(request))).map(evidenceJson), next: null }
    },
    '/incidents/:id/changes': async (request, reader) => {
      const { suspects, unknownCause, unreachable } = await readIncident(deps, reader, idOf(request))
      return { items: suspects.map(suspectJson), unknownCause, unreachable, next: null }
    },
  }
}

function recordReads(deps: Deps): Readonly<Record<string, Read>> {
  return {
    '/runs/:id': async (request, reader) => {
      const reading = await readRun(deps, reader, idOf(request))
      return runJson(reading.incidentId, reading.run)
    },
    '/audit': async (request, reader) => {
      const after = readCursor(request, /^\d{1,15}$/, 'after')
      const incidentId = readIncidentId(request)
      // A script that starts without a place wants the log from its beginning.
      const query = { incidentId, after: Number(after ?? '0'), limit: readLimit(request) }
      const page = await readAudit(deps, reader, query)
      return { items: page.items.map(auditJson), next: page.next }
    },
    '/openapi.json': async () => openApiDocument(),
  }
}

function apiAuthentication(settings: ApiSettings): Authentication<Reader> {
  return {
    kind: 'head',
    name: 'API token or console session',
    check: (head) => {
      const token = bearerTokenOf(head)
      if (token !== undefined) {
        const isRight = settings.token !== null && isSameSecret(token, settings.token)
        const who = { type: 'token', origin: 'api', sourceIp: sourceIpOf(head) } as const
        return isRight ? { ok: true, who } : { ok: false, reason: 'wrong_token' }
      }
      const reader = settings.readerOfSession(head)
      return reader === undefined ? { ok: false, reason: 'no_token' } : { ok: true, who: reader }
    },
  }
}

function idOf(request: HttpRequest): string {
  const id = request.params['id'] ?? ''
  if (/^(?:INC|RUN)-\d{1,12}$/.test(id)) return id
  throw new HttpFault({
    status: 400,
    code: 'bad_id',
    message: 'The id does not look like INC-12 or RUN-5.',
    field: 'id',
  })
}
