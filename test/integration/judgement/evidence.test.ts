import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createLokiLogs } from '../../../src/connectors/loki/loki-logs.ts'
import { ONSET, deployOf, openJudgementWorld } from './judgement-world.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import type { DeployStateReader } from '../../../src/ports/deploy-state.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FakeAnswer } from '../../fakes/vendor-server.ts'
import type { JudgementWorld } from './judgement-world.ts'

const QUERY = 'sum by (service) (rate(errors{service=~"${{ services }}"}[1m]))'
const FILLED = 'sum by (service) (rate(errors{service=~"checkout|payments|frontend"}[1m]))'

let world: JudgementWorld
let loki: VendorServer
let lines: readonly string[]
let answer: () => FakeAnswer
let incidentId: string
beforeEach(async () => {
  lines = ['pool 1 is exhausted', 'pool 2 is exhausted', 'token=xoxb-1234567890-abcdefghijkl <!channel>']
  answer = () => {
    const values = lines.map((line) => [`${String(ONSET.getTime())}000000`, line])
    return {
      status: 200,
      body: { status: 'success', data: { resultType: 'streams', result: [{ stream: {}, values }] } },
    }
  }
  loki = new VendorServer(() => answer())
  await loki.listen()
  world = await openJudgementWorld()
  world.prometheus.set(FILLED, (at) =>
    ['checkout', 'payments', 'stranger'].map((service) => ({
      labels: { service },
      value: service === 'checkout' && at >= ONSET.getTime() / 1000 ? 0.4 : 0.01,
    })),
  )
  incidentId = await world.openIncident()
})
afterEach(async () => {
  await world.close()
  await loki.close()
})

/** Nothing in it repeats, so that it does not become short enough for an index by being compressed. */
const ENDLESS = Array.from({ length: 4_000 }, (_none, index) => String.fromCodePoint(0x4e00 + index * 3)).join('')
const BEFORE_ALL = new Date(-8.64e15)
const none = { rate: null, errors: null, latency: null, saturation: null, serviceLabel: 'service' }
const withEvidence = (): Deps => ({
  ...world.deps,
  logs: createLokiLogs({ baseUrl: loki.url, token: null, timeoutMs: 20_000 }),
  settings: {
    ...world.deps.settings,
    goldenSignals: { ...none, errors: { query: QUERY, unit: '/s' } },
    logQuery: '{app=~"${{ services }}"}',
  },
})
async function collect(deps: Deps) {
  await refreshIncident(deps, { incidentId }, AbortSignal.timeout(60_000))
  const pieces = await deps.stores.evidence.list(incidentId)
  const { unreachable } = await deps.stores.findings.get(incidentId)
  return { facts: pieces.map(({ fact }) => fact), unreachable }
}

describe('what is collected besides the alerts', () => {
  it('is where they probably come from, when they name several', async () => {
    const labels = { pod: 'checkout-1' }
    incidentId = await world.openIncident([{ labels }, { name: 'Memory', labels }, { service: 'payments', labels: {} }])
    const { facts } = await collect(world.deps)

    expect(facts).toContain('Probable origin: checkout-1 (2 kinds of alert there, 1 nowhere else); then payments')
  })

  it('are the golden signals of the service and its neighbours, now and before the onset', async () => {
    const { facts } = await collect(withEvidence())

    expect(facts).toContain('errors of checkout is 0.4 /s at 14:06 UTC; before 14:02 UTC it was 0.01 /s')
    expect(facts.some((fact) => fact.startsWith('errors of payments is 0.01 /s'))).toBe(true)
    expect(facts.some((fact) => fact.includes('stranger'))).toBe(false)
  })

  it('are the lines of the log as templates with counts, without their secrets', async () => {
    const { facts } = await collect(withEvidence())

    expect(facts).toContain('2 lines of 3 in the log of checkout: pool <*> is exhausted')
    expect(facts.join('\n')).not.toContain('xoxb-1234567890-abcdefghijkl')
  })

  it('are what other systems tell, with links to listed hosts only', async () => {
    const fact = { kind: 'history', at: ONSET, fact: 'Like\nP1', data: {} } as const
    const source = {
      name: 'PagerDuty',
      gather: () =>
        Promise.allSettled([
          Promise.resolve([
            { ...fact, key: 'a', url: 'https://runbooks.example.com/p1' },
            { ...fact, key: 'b', url: 'https://evil.example/p1' },
          ]),
        ]),
    }

    await collect({ ...world.deps, evidenceSources: [source] })

    const pieces = await world.deps.stores.evidence.list(incidentId)
    const told = pieces.filter(({ source: name }) => name === 'PagerDuty')
    expect(told.map(({ fact: text, url }) => [text, url])).toEqual([
      ['Like P1', 'https://runbooks.example.com/p1'],
      ['Like P1', null],
    ])
  })

  describe('lead', () => {
    const ADDRESSES = {
      change: 'https://evil.example/deploys/7',
      deploy_state: 'https://evil.example/applications',
    }
    const linksWith = async (linkHosts: readonly string[]) => {
      world.history.push(deployOf('checkout', 5, { url: ADDRESSES.change }))
      const read: DeployStateReader['read'] = async (service, signal) => {
        const state = await world.deps.deployState?.read(service, signal)
        return state ? { ...state, url: ADDRESSES.deploy_state } : null
      }
      const settings = { ...world.deps.settings, linkHosts }
      await collect({ ...world.deps, settings, deployState: { read } })
      const pieces = await world.deps.stores.evidence.list(incidentId)
      return pieces.filter(({ url }) => url !== null).map(({ kind, url }) => [kind, url])
    }

    it('to no host that is not listed, neither from a report of a change nor from what Argo CD says', async () => {
      expect(await linksWith(['runbooks.example.com'])).toEqual([])
    })

    it('to one that is (twin)', async () => {
      expect(await linksWith(['evil.example'])).toEqual(
        expect.arrayContaining([
          ['change', ADDRESSES.change],
          ['deploy_state', ADDRESSES.deploy_state],
        ]),
      )
    })
  })

  it('are kept whatever a system calls them', async () => {
    const fact = { kind: 'history', at: ONSET, fact: 'Like P1', url: null, data: {} } as const
    const gather = () => Promise.allSettled([Promise.resolve([{ ...fact, key: ENDLESS }])])

    const { facts } = await collect({ ...world.deps, evidenceSources: [{ name: 'PagerDuty', gather }] })

    expect(facts).toContain('Like P1')
  })

  it('are those of a time that a date can name', async () => {
    const fact = { kind: 'history', url: null, data: {} } as const
    const found = [
      { ...fact, key: 'a', fact: 'Like P1', at: ONSET },
      { ...fact, key: 'b', fact: 'Like P2', at: BEFORE_ALL },
      { ...fact, key: 'c', fact: 'Like P3', at: new Date(8.64e15) },
      { ...fact, key: 'd', fact: 'Like P4', at: new Date('soon') },
    ]
    const gather = () => Promise.allSettled([Promise.resolve(found)])

    const { facts } = await collect({ ...world.deps, evidenceSources: [{ name: 'PagerDuty', gather }] })

    expect(facts.filter((one) => one.startsWith('Like'))).toEqual(['Like P1'])
  })

  it.each([
    ['name', { key: ENDLESS }],
    ['time', { at: BEFORE_ALL }],
  ])('would keep nothing of the incident if such a %s were kept', async (_what, hostile) => {
    const piece = {
      incidentId,
      kind: 'note',
      source: 'x',
      at: ONSET,
      fact: 'f',
      url: null,
      data: {},
      key: 'k',
    } as const

    await expect(world.deps.stores.evidence.save([{ ...piece, ...hostile }])).rejects.toThrow()
  })

  it('names a log that cannot be read, and keeps all the rest', async () => {
    answer = () => ({ status: 500, body: 'no' })

    const { facts, unreachable } = await collect(withEvidence())

    expect(unreachable).toContain('the logs')
    expect(facts.some((fact) => fact.startsWith('errors of checkout'))).toBe(true)
  })
})
