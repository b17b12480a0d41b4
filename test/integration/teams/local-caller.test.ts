import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { isFromThisMachine } from '../../../src/adapters/teams/incoming/local-caller.ts'
import { openTestTeams } from './open-test-teams.ts'
import { personalMessage, teamsUser } from '../../fakes/teams/activities.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { TestTeams } from './open-test-teams.ts'

let test: TestTeams
beforeAll(async () => {
  test = await openTestTeams({ isInsecureLocal: true })
})
afterAll(() => test.close())
beforeEach(() => {
  test.said.length = 0
})

const message = () => personalMessage(teamsUser('Ana'), 'list', { serviceUrl: test.connector.serviceUrl })

/** With exactly these headers, also such as `fetch` would not send. */
function post(headers: readonly string[]): Promise<number> {
  const url = new URL(test.url)
  const own = ['content-type', 'application/json', ...headers]
  const all = headers.includes('host') ? own : ['host', url.host, ...own]
  return new Promise((resolve, reject) => {
    const options = { host: url.hostname, port: url.port, path: url.pathname, method: 'POST', headers: all as never }
    const outgoing = request(options, (incoming) => {
      incoming.resume()
      resolve(incoming.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify(message()))
  })
}

describe('without an app id', () => {
  it('a program on this machine is listened to, and answered there', async () => {
    expect((await test.send(message())).status).toBe(200)

    await waitUntil('it is answered', () => test.connector.messages.length === 1)
    expect(test.said).toHaveLength(1)
  })

  it.each([
    ['a proxy', ['x-forwarded-for', '203.0.113.7']],
    ['two proxies', ['x-forwarded-for', '203.0.113.7', 'x-forwarded-for', '127.0.0.1']],
    ['a proxy that says so in the new way', ['forwarded', 'for=203.0.113.7']],
    ['a tunnel', ['x-forwarded-host', 'abc.tunnel.example']],
    ['a page in a browser', ['origin', 'https://evil.example']],
    ['another name for this machine', ['host', 'rebound.evil.example']],
    ['no name of this machine', ['host', '']],
  ])('nobody is who comes through %s', async (_what, headers) => {
    expect(await post(headers)).toBeGreaterThanOrEqual(400)
    expect(test.said).toEqual([])
  })

  it('an answer goes to this machine or to Microsoft, and nowhere else', async () => {
    const elsewhere = { ...message(), serviceUrl: 'http://evil.example/teams/' }

    expect(await test.send(elsewhere)).toMatchObject({ status: 403, body: { error: 'service_url' } })
    expect(test.said).toEqual([])
  })

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['192.168.1.7', false],
    ['::ffff:10.0.0.1', false],
    ['', false],
  ])('the address %j is this machine: %s', (remoteAddress, is) => {
    const head = { remoteAddress, header: () => 'localhost:3000', hasHeader: () => false }
    expect(isFromThisMachine(head)).toBe(is)
  })
})
