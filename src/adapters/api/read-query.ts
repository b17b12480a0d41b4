import { HttpFault } from '../http/http-fault.ts'
import { INCIDENT_STATES } from '../../domain/incident.ts'
import type { HttpRequest } from '../http/route.ts'
import type { IncidentState } from '../../domain/incident.ts'

const DEFAULT_LIMIT = 50
const MOST = 200

export function readLimit(request: HttpRequest): number {
  const text = request.query.get('limit')
  if (text === null) return DEFAULT_LIMIT
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST) return Number(text)
  throw bad('limit', `a number from 1 to ${MOST}`)
}

export function readCursor(request: HttpRequest, shape: RegExp, name = 'cursor'): string | null {
  const text = request.query.get(name)
  if (text === null || shape.test(text)) return text
  throw bad(name, 'the value of "next" from the page before')
}

export function readIncidentId(request: HttpRequest): string | null {
  const text = request.query.get('incident')
  if (text === null || /^INC-\d{1,12}$/.test(text)) return text
  throw bad('incident', 'an id such as INC-12')
}

export function readState(request: HttpRequest): IncidentState | null {
  const text = request.query.get('state')
  const state = INCIDENT_STATES.find((candidate) => candidate === text)
  if (text === null) return null
  if (state !== undefined) return state
  throw bad('state', INCIDENT_STATES.join(', '))
}

function bad(field: string, expected: string): HttpFault {
  return new HttpFault({
    status: 400,
    code: 'bad_query',
    message: `${field} does not fit; expected ${expected}.`,
    field,
  })
}
