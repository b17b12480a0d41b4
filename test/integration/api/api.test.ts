import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openHouse } from '../../support/house.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { House } from '../../support/house.ts'

const API = 'api-token-of-the-test'
const HOOK = 'hook-token-of-the-test'

let house: House
let url: string

beforeAll(async () => {
  house = await openHouse({ environment: { COUNTERSIGN_API_TOKEN: API, COUNTERSIGN_WEBHOOK_TOKEN: HOOK } })
  url = (await house.serve()).url
  await alert('checkout', 'HighErrorRate')
  await alert('payments', 'HighLatency', 'staging')
})

afterAll(async () => {
  await house.close()
})

async function alert(service: string, alertname: string, environment = 'production'): Promise<void> {
  const one = {
    status: 'firing',
    labels: { alertname, service, environment, severity: 'critical' },
    annotations: { summary: `${alertname} of ${service}` },
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example/graph',
    fingerprint: service,
  }
  const body = {
    version: '4',
    groupKey: service,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'countersign',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example',
    alerts: [one],
  }
  const headers = { authorization: `Bearer ${HOOK}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/webhooks/alertmanager`, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status).toBe(202)
}

async function get(path: string, token: string | null = API) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  })
  const type = answer.headers.get('content-type') ?? ''
  // The shape is what the test is about: it is looked at member by member below.
  return { status: answer.status, type, body: (await answer.json()) as Record<string, unknown> }
}

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly required: readonly string[] }>> }
  readonly paths: Readonly<Record<string, unknown>>
}

describe('the read API', () => {
  it('lists incidents newest first, a page at a time', async () => {
    const first = await get('/incidents?limit=1')
    const second = await get(`/incidents?limit=1&cursor=${String(first.body['next'])}`)

    const ids = [first, second].flatMap(({ body }) => (body['items'] as { id: string }[]).map(({ id }) => id))
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(2)
    expect(second.body['next']).toBeNull()
  })

  it('filters by service and state', async () => {
    const byService = await get('/incidents?service=checkout')
    const resolved = await get('/incidents?state=resolved')

    expect((byService.body['items'] as { service: string }[]).map(({ service }) => service)).toEqual(['checkout'])
    expect(resolved.body['items']).toEqual([])
  })

  it('answers what its own description promises', async () => {
    const description = (await get('/openapi.json')).body as unknown as OpenApi
    const incident = ((await get('/incidents')).body['items'] as Record<string, unknown>[])[0] ?? {}
    const timeline =
      ((await get(`/incidents/${String(incident['id'])}/timeline`)).body['items'] as Record<string, unknown>[])[0] ?? {}
    await waitUntil(
      'evidence is collected',
      async () => ((await get(`/incidents/${String(incident['id'])}/evidence`)).body['items'] as unknown[]).length > 0,
    )
    const evidence =
      ((await get(`/incidents/${String(incident['id'])}/evidence`)).body['items'] as Record<string, unknown>[])[0] ?? {}

    const { Incident, TimelineEntry, Evidence } = description.components.schemas
    expect(Object.keys(incident)).toEqual(expect.arrayContaining([...(Incident?.required ?? ['no schema'])]))
    expect(Object.keys(timeline)).toEqual(expect.arrayContaining([...(TimelineEntry?.required ?? ['no schema'])]))
    expect(Object.keys(evidence)).toEqual(expect.arrayContaining([...(Evidence?.required ?? ['no schema'])]))
    expect(incident['openedAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('puts reads of made-up incidents on record as reads of the log, and of a real one under its id (the twin)', async () => {
    for (let made = 900_001; made <= 900_020; made += 1) await get(`/audit?incident=INC-${String(made)}`)
    await waitUntil('the real one has entries', async () => {
      const { body } = await get('/audit?incident=INC-1')
      return (body['items'] as object[]).length > 0
    })
    const named = async () => {
      const { body } = await get('/audit?limit=200')
      const items = body['items'] as { event: string; entry: { incidentId?: string } }[]
      const read = items.filter(({ event }) => event === 'audit.read')
      return new Set(read.map(({ entry }) => entry.incidentId ?? 'the log'))
    }
    await waitUntil('it is on record', async () => (await named()).has('INC-1'))

    expect([...(await named())].toSorted()).toEqual(['INC-1', 'the log'])
  })

  it('hands out the audit log in order, and that it was read is on it', async () => {
    await get('/audit?limit=200')
    await waitUntil('the reading is on the log', async () => {
      const { body } = await get('/audit?limit=200')
      return (body['items'] as { event: string }[]).some(({ event }) => event === 'audit.read')
    })

    const { body } = await get('/audit?limit=200')

    const numbers = (body['items'] as { seq: number }[]).map(({ seq }) => seq)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  it.each([
    ['/incidents?limit=0', 400, 'bad_query'],
    ['/incidents?limit=9999', 400, 'bad_query'],
    ['/incidents?state=broken', 400, 'bad_query'],
    ['/incidents?cursor=%27%3B--', 400, 'bad_query'],
    ['/incidents/INC-999999', 404, 'not_found'],
    ['/incidents/nonsense', 400, 'bad_id'],
    ['/runs/RUN-999999', 404, 'not_found'],
  ])('answers %s with problem details', async (path, status, code) => {
    const answer = await get(path)

    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code })
    expect(answer.type).toContain('application/problem+json')
  })

  it.each([
    ['no token', null],
    ['a wrong token', 'guessed'],
  ])('turns away %s, and lets the right one in', async (_what, token) => {
    const refused = await get('/incidents', token)
    const twin = await get('/incidents')

    expect(refused.status).toBe(401)
    expect(twin.status).toBe(200)
  })

  it('changes nothing, whatever the method', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await fetch(`${url}/api/v1/incidents`, { method, headers: { authorization: `Bearer ${API}` } })

      expect(answer.status).toBe(405)
    }
  })
})
