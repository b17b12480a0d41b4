import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { alertmanagerBody, alertOf, argocdBody, changeBody, fires, pushBody } from './payloads.ts'
import { openIntakeWorld } from './intake-world.ts'
import type { IntakeWorld } from './intake-world.ts'

let world: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld()
})
afterEach(() => world.close())

const alertmanager = (body: string | Uint8Array | object) => world.post('/webhooks/alertmanager', body)

/** JSON nested so deep that only its text can be written. */
const nested = (depth: number) => `{"alerts":[],"x":${'['.repeat(depth)}${']'.repeat(depth)}}`

describe('a body that cannot be read', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'json_not_json'],
    ['no JSON', '<alert/>', 'json_not_json'],
    ['half of it', JSON.stringify(fires()).slice(0, -3), 'json_not_json'],
    ['a form', 'payload=%7B%7D', 'json_not_json'],
    ['65 levels', nested(64), 'json_too_deep'],
    ['a thousand levels', nested(1_000), 'json_too_deep'],
    ['half a million levels', nested(500_000), 'json_too_deep'],
    ['300,000 empty objects', `[${'{},'.repeat(300_000)}{}]`, 'json_too_many_values'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'json_not_utf8'],
  ])('because it is %s is a 400, and on the audit log each time', async (_name, body, code) => {
    const answers = [await alertmanager(body), await alertmanager(body)]

    expect(answers.map((answer) => [answer.status, answer.body['error']])).toEqual([
      [400, code],
      [400, code],
    ])
    expect(await world.count(`audit_leaves WHERE event = 'request.refused'`)).toBe(2)
    expect(await world.count('deliveries')).toBe(0)
  })

  it('does not stop the event loop: others are answered meanwhile', async () => {
    const bad = Array.from({ length: 20 }, () => alertmanager(nested(400_000)))
    const good = await alertmanager(fires())

    expect(good.status).toBe(202)
    expect((await Promise.all(bad)).map((answer) => answer.status)).toEqual(bad.map(() => 400))
  })

  it('of 64 levels is read', async () => {
    expect((await alertmanager(nested(63))).status).toBe(202)
  })
})

describe('a body with a wrong field', () => {
  it.each<[string, string, unknown, string]>([
    ['/webhooks/alertmanager', 'alerts', {}, 'a list is missing'],
    ['/webhooks/alertmanager', 'alerts', { alerts: 'x' }, 'a list is text'],
    ['/webhooks/alertmanager', 'version', { version: '3', alerts: [] }, 'another version'],
    ['/webhooks/alertmanager', '', [fires()], 'a list instead of an object'],
    ['/webhooks/argocd', 'app', argocdBody({ app: '' }), 'no application'],
    ['/webhooks/argocd', 'phase', argocdBody({ phase: 'Maybe' }), 'an unknown phase'],
    ['/webhooks/argocd', 'startedAt', argocdBody({ startedAt: '<no value>', finishedAt: '' }), 'no time'],
    ['/webhooks/argocd', 'startedAt', argocdBody({ startedAt: 'yesterday' }), 'a time in words'],
    ['/webhooks/changes', 'kind', changeBody({ kind: 'magic' }), 'an unknown kind'],
    ['/webhooks/changes', 'id', changeBody({ id: null }), 'no id'],
    ['/webhooks/changes', 'at', changeBody({ at: '2026-11-21' }), 'a day instead of a time'],
    ['/webhooks/changes', 'at', changeBody({ at: '0000-01-01T00:00:00Z' }), 'a time that no column holds'],
    ['/webhooks/changes', 'url', changeBody({ url: 'javascript:alert(1)' }), 'an address that is a script'],
    ['/webhooks/changes', 'previous.id', changeBody({ previous: { id: {} } }), 'an id that is an object'],
    ['/webhooks/changes', '', 'text', 'text instead of an object'],
  ])('on %s is a 400 that names %j', async (path, field, body, _why) => {
    const answer = await world.post(path, JSON.stringify(body))

    expect([answer.status, answer.body['field'] ?? '']).toEqual([400, field])
    expect(await world.count('deliveries')).toBe(0)
  })

  it('from GitHub is a 400 that names it', async () => {
    const answer = await world.postGithub('push', pushBody({ repository: { full_name: 'no-slash' } }))

    expect(answer).toMatchObject({ status: 400, body: { field: 'repository.full_name' } })
  })
})

describe('one bad alert in a batch', () => {
  it.each<[string, object, string]>([
    ['no labels', { ...alertOf(), labels: {} }, 'alerts[1].labels'],
    ['a label that is a number', alertOf({ labels: { pod: 7 } }), 'alerts[1].labels.pod'],
    ['an unknown status', { ...alertOf(), status: 'maybe' }, 'alerts[1].status'],
    ['a start that is no time', alertOf({ startsAt: 'now' }), 'alerts[1].startsAt'],
    ['a start before all time', alertOf({ startsAt: '0001-01-01T00:00:00Z' }), 'alerts[1].startsAt'],
    [
      'two thousand labels',
      alertOf({ labels: Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`l${i}`, 'x'])) }),
      'alerts[1].labels',
    ],
  ])('because of %s is listed, and the others count', async (_name, bad, field) => {
    const answer = await alertmanager(alertmanagerBody(alertOf(), bad, alertOf({ service: 'search' })))

    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, duplicates: 0, rejected: [{ index: 1, field }] } })
    expect(await world.count('incidents')).toBe(2)
  })
})

describe('odd text', () => {
  it.each<[string, string]>([
    ['U+0000', '\\u0000'],
    ['a lone surrogate', '\\ud800'],
    ['half of a pair, reversed', '\\udc00\\ud800'],
    ['a number beyond a double beside it', '","extra":1e400,"y":"'],
    ['a number of twenty digits beside it', '","extra":12345678901234567890,"y":"'],
  ])('such as %s still opens an incident; the exact bytes are kept', async (_name, odd) => {
    const text = JSON.stringify(fires({ annotations: { summary: 'ODD' }, labels: { pod: 'ODD' } })).replaceAll(
      'ODD',
      odd,
    )
    // The odd numbers would be annotations or labels that are no text: they stand outside of them.
    const body = odd.includes('extra') ? JSON.stringify(fires()).replace('"receiver":"', `"receiver":"${odd}`) : text
    const answer = await alertmanager(body)

    expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } })
    const [row] = await world.sql<{ title: string; body: Buffer }>('SELECT title, body FROM incidents, deliveries')
    expect(row?.title.isWellFormed()).toBe(true)
    expect(row?.body.toString()).toBe(body)
    if (!odd.includes('extra')) expect(row?.title).toContain('\uFFFD')
  })

  it('in every field of every source is taken or refused, and never stops the next request', async () => {
    const odd = fc.constantFrom(
      '\0',
      '\ud800',
      '\u202E',
      'x'.repeat(2_000),
      '__proto__',
      'constructor',
      "'; DROP TABLE alerts; --",
      '😀',
    )
    await fc.assert(
      fc.asyncProperty(odd, fc.string({ unit: 'binary', maxLength: 8 }), async (first, second) => {
        const text = `${first}${second}`
        const answers = [
          await alertmanager(
            fires({
              name: text,
              service: text,
              environment: text,
              labels: { [text]: text },
              annotations: { summary: text },
            }),
          ),
          await world.post(
            '/webhooks/changes',
            changeBody({ id: text, source: text, service: text, actor: text, revision: text, summary: text }),
          ),
          await world.post(
            '/webhooks/argocd',
            argocdBody({ app: text, project: text, revision: text, initiatedBy: text }),
          ),
        ]
        return answers.every((answer) => answer.status === 202 || answer.status === 400)
      }),
      { numRuns: 40 },
    )
    expect((await alertmanager(fires())).status).toBe(202)
  })
})

describe('names that reach a prototype', () => {
  it('at every depth of every source change nothing for anybody', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort()
    const evil = '{"polluted":"yes","isAdmin":true}'
    const inject = (body: object) =>
      JSON.stringify(body)
        .replaceAll('{', `{"__proto__":${evil},"constructor":{"prototype":${evil}},`)
        .replaceAll(',}', '}')

    const answers = [
      await alertmanager(inject({ ...fires(), groupKey: 'x' })),
      await world.post('/webhooks/argocd', inject(argocdBody())),
      await world.post('/webhooks/changes', inject(changeBody())),
      await world.postGithub('push', inject(pushBody())),
    ]

    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202])
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    const [row] = await world.sql<{ labels: object }>('SELECT labels FROM alerts')
    expect(Object.keys(row?.labels ?? {})).toEqual(expect.not.arrayContaining(['__proto__', 'constructor']))
  })

  it('written twice count as written last', async () => {
    await alertmanager(
      JSON.stringify(fires()).replace('"service":"checkout"', '"service":"search","service":"checkout"'),
    )

    expect(await world.sql('SELECT service FROM incidents')).toEqual([{ service: 'checkout' }])
  })
})
