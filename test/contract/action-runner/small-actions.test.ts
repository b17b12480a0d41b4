import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createChatPostAction } from '../../../src/connectors/chat/post-action.ts'
import { createWaitAction } from '../../../src/connectors/clock/wait-action.ts'
import { createAddressGuard } from '../../../src/connectors/http-check/address-guard.ts'
import { createHttpCheckAction } from '../../../src/connectors/http-check/check-action.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import { describeActionModule } from './describe-action-module.ts'
import { effectContext, lostAttempt } from './effect-context.ts'
import { pollToEnd } from './run-to-end.ts'
import type { AddressGuard, ResolveHost } from '../../../src/connectors/http-check/address-guard.ts'
import type { ActionInput } from '../../../src/domain/action.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'

describeActionModule('wait', {
  setup: async () => {
    const clock = new FixedClock()
    return {
      module: createWaitAction(clock),
      args: { for: '30s' },
      server: null,
      countEffects: () => 0,
      passTime: (ms) => clock.advance(ms),
      close: async () => {},
    }
  },
})

/** As the outbox does it: a key is appended once. */
function outbox() {
  const posted = new Map<string, { readonly incidentId: string; readonly text: string }>()
  return {
    posted,
    post: async (incidentId: string, text: string, key: string) => {
      if (!posted.has(key)) posted.set(key, { incidentId, text })
    },
  }
}

describeActionModule('chat/post', {
  setup: async () => {
    const { post, posted } = outbox()
    const module = createChatPostAction(post)
    return { module, args: { text: 'Hello.' }, server: null, countEffects: () => posted.size, close: async () => {} }
  },
  afterLostAnswer: 'harmless',
})

describeActionModule('http/check', {
  setup: async () => {
    const server = new VendorServer(() => ({ status: 200 }))
    await server.listen()
    return {
      module: createHttpCheckAction(createAddressGuard([new URL(server.url).host]), new FixedClock()),
      args: { url: `${server.url}/health` },
      server,
      countEffects: () => 0,
      close: () => server.close(),
    }
  },
})

describe('a wait', () => {
  const input: ActionInput = { uses: 'wait', with: { for: '2m' } }

  it('ends at the time in its handle, however often it is asked and by whom', async () => {
    const clock = new FixedClock()
    const first = await createActionRunner([createWaitAction(clock)]).perform(input, null, effectContext())
    const handle = first.outcome === 'pending' ? first.handle : {}
    clock.advance(119_000)
    const elsewhere = createActionRunner([createWaitAction(clock)])
    const early = await elsewhere.poll(input, handle, effectContext())
    clock.advance(1_000)
    const late = await elsewhere.poll(input, handle, effectContext())

    expect(first).toMatchObject({ outcome: 'pending', pollAfterMs: 5_000 })
    expect(early).toMatchObject({ outcome: 'pending', pollAfterMs: 1_000 })
    expect(late.outcome).toBe('done')
  })

  it.each(['soon', '', '-1s', '0s'])('does not take %j for a duration', (text) => {
    const runner = createActionRunner([createWaitAction(new FixedClock())])

    expect(() => runner.describe({ uses: 'wait', with: { for: text } })).toThrow(/expected a duration/)
  })
})

describe('a message to the incident', () => {
  it('is appended once per key, also when it is found to be lost', async () => {
    const { post, posted } = outbox()
    const runner = createActionRunner([createChatPostAction(post)])
    const input: ActionInput = { uses: 'chat/post', with: { text: 'Rolled back.' } }

    await runner.perform(input, null, effectContext())
    await runner.perform(input, null, effectContext())
    const answer = await runner.reconcile(input, lostAttempt('chat/post', 'idempotent', null), effectContext())

    expect(answer.found).toBe('executed')
    expect([...posted]).toEqual([['RUN-5:step:main', { incidentId: 'INC-12', text: 'Rolled back.' }]])
  })
})

describe('a check over HTTP', () => {
  let server: VendorServer
  let status: number
  let clock: FixedClock

  beforeEach(async () => {
    status = 200
    clock = new FixedClock()
    server = new VendorServer(() => ({ status, headers: { location: 'http://127.0.0.1:1/' } }))
    await server.listen()
  })
  afterEach(() => server.close())

  const runnerWith = (guard: AddressGuard): ActionRunner => createActionRunner([createHttpCheckAction(guard, clock)])
  const allowed = (): ActionRunner => runnerWith(createAddressGuard([new URL(server.url).host]))
  const check = (runner: ActionRunner, changes: ActionInput['with'] = {}) =>
    runner.perform({ uses: 'http/check', with: { url: `${server.url}/health`, ...changes } }, null, effectContext())

  it('fails at once on another status when it has no time to wait', async () => {
    status = 503

    expect(await check(allowed())).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('answers 503') })
  })

  it('waits for the status as long as it may', async () => {
    status = 503
    const input: ActionInput = { uses: 'http/check', with: { url: `${server.url}/health`, within: '10s' } }
    const runner = allowed()
    const first = await runner.perform(input, null, effectContext())
    const failed = await pollToEnd(runner, input, first, effectContext(), (ms) => clock.advance(ms))
    const again = await runner.perform(input, null, effectContext())
    const passed = await pollToEnd(runner, input, again, effectContext(), () => {
      status = 200
    })

    expect([first.outcome, failed.outcome, passed.outcome]).toEqual(['pending', 'failed', 'done'])
  })

  it('does not follow a redirect, which is an answer like any other', async () => {
    status = 302

    expect(await check(allowed())).toMatchObject({ outcome: 'failed', output: { status: 302 } })
    expect(await check(allowed(), { status: 302 })).toMatchObject({ outcome: 'done' })
    expect(server.requests).toHaveLength(2)
  })

  it('takes no answer for an answer that is not the right one', async () => {
    await server.refuse()

    expect(await check(allowed())).toMatchObject({ outcome: 'failed', output: { status: null } })
  })

  describe('that an attacker points elsewhere', () => {
    const port = () => new URL(server.url).port
    const leadsTo =
      (...addresses: string[]): ResolveHost =>
      async () =>
        addresses.map((address) => ({ address }))

    it.each([
      ['a host that is not listed', () => `http://127.0.0.1:${port()}/`],
      ['the same host by another port', () => 'http://status.example.com:1/'],
      ['loopback as one number', () => `http://2130706433:${port()}/`],
      ['loopback in hexadecimal', () => `http://0x7f000001:${port()}/`],
      ['loopback in the notation of IPv6', () => `http://[::ffff:127.0.0.1]:${port()}/`],
      [
        'a host in front of which the listed one stands as a user',
        () => `http://status.example.com@127.0.0.1:${port()}/`,
      ],
      ['a file', () => 'file:///etc/passwd'],
    ])('refuses %s', async (_what, url) => {
      const runner = runnerWith(createAddressGuard(['status.example.com']))

      const result = await check(runner, { url: url() })

      expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
      expect(server.requests).toHaveLength(0)
    })

    it.each([
      ['127.0.0.1'],
      ['10.1.2.3'],
      ['172.20.0.1'],
      ['192.168.1.1'],
      ['100.64.0.1'],
      ['169.254.169.254'],
      ['0.0.0.0'],
      ['::1'],
      ['::ffff:127.0.0.1'],
      ['::ffff:7f00:1'],
      ['::ffff:a9fe:a9fe'],
      ['fd00:ec2::254'],
      ['fe80::1'],
      ['64:ff9b::7f00:1'],
      ['2002:7f00:1::'],
    ])('refuses a listed name that leads to %s', async (address) => {
      const host = `status.example.com:${port()}`
      const runner = runnerWith(createAddressGuard([host], leadsTo('203.0.113.7', address)))

      const result = await check(runner, { url: `http://${host}/` })

      expect(result).toMatchObject({ outcome: 'not_executed', detail: expect.stringContaining('inside the house') })
      expect(server.requests).toHaveLength(0)
    })

    it('lets a listed name lead into a listed network, and never to a metadata service', async () => {
      const host = `status.example.com:${port()}`
      const inside = runnerWith(createAddressGuard([host, '127.0.0.0/8'], leadsTo('127.0.0.1')))
      const metadata = runnerWith(createAddressGuard([host, '169.254.0.0/16'], leadsTo('169.254.169.254')))

      expect(await check(inside, { url: `http://${host}/` })).toMatchObject({ outcome: 'done' })
      expect(await check(metadata, { url: `http://${host}/` })).toMatchObject({ outcome: 'not_executed' })
    })

    it('connects to the address that was checked, whatever the name server says a moment later', async () => {
      let asked = 0
      const rebinding: ResolveHost = async () => [{ address: (asked += 1) === 1 ? '127.0.0.1' : '127.0.0.2' }]
      const host = `status.example.com:${port()}`
      const runner = runnerWith(createAddressGuard([host, '127.0.0.1/32'], rebinding))

      const first = await check(runner, { url: `http://${host}/` })
      const second = await check(runner, { url: `http://${host}/` })

      expect([first.outcome, second.outcome]).toEqual(['done', 'not_executed'])
      expect(asked).toBe(2)
    })

    it('would reach what it must not if the guard were taken out', async () => {
      const open: AddressGuard = {
        check: () => undefined,
        pin: async () => (_host, options, callback) => {
          if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
          else callback(null, '127.0.0.1', 4)
        },
      }

      const result = await check(runnerWith(open), { url: `http://2130706433:${port()}/` })

      expect(result.outcome).toBe('done')
      expect(server.requests).toHaveLength(1)
    })
  })
})
