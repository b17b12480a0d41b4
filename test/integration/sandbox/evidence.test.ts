import { afterEach, describe, expect, it } from '@jest/globals'
import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { createLokiLogs } from '../../../src/connectors/loki/loki-logs.ts'
import { createPagerDuty } from '../../../src/connectors/pagerduty/create-pagerduty.ts'
import { openTestSandbox } from './open-test-sandbox.ts'
import { reduceLogLines } from '../../../src/summaries/logs/reduce-log-lines.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import type { EvidenceSource } from '../../../src/ports/evidence-source.ts'
import type { Service } from '../../../src/domain/service-catalog.ts'
import type { TestSandbox } from './open-test-sandbox.ts'

const START = Date.parse('2026-11-21T09:00:00Z')
const signal = new AbortController().signal
const SERVICE: Service = {
  ...{ name: 'checkout', owner: null, system: null, dependsOn: [], criticality: 1, mode: null, lambda: null },
  ...{ argocd: { app: 'checkout', project: 'shop' }, pagerdutyServiceId: 'PCHK01', repository: null, links: [] },
}

let test: TestSandbox
afterEach(() => test.sandbox.close())

/** The kinds of lines of a service's log within these minutes of the story, by the product's own connector. */
async function logOf(service: string, [from, to]: readonly [number, number], query = `{service=~"${service}"}`) {
  const { LOKI_URL: baseUrl, LOKI_TOKEN: token } = test.sandbox.variables
  const at = (minutes: number) => new Date(START + minutes * 60_000)
  const lines = await createLokiLogs({ baseUrl, token }).readLines(query, at(from), at(to), 5_000, signal)
  return reduceLogLines(lines.map(({ text }) => text))
}

const countOf = (log: Awaited<ReturnType<typeof logOf>>, words: string) =>
  log.filter(({ example }) => example.includes(words)).reduce((sum, { count }) => sum + count, 0)

async function factsOf(source: EvidenceSource): Promise<readonly string[]> {
  const question = { incidentId: 'INC-1', services: [SERVICE], since: new Date(START - 3_600_000) }
  const parts = await source.gather(question, signal)
  return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value.map(({ fact }) => fact) : ['failed']))
}

describe("the sandbox's logs, through the product's connector", () => {
  it('tell of a bad deploy what the service notices: the new version, and failures from then on', async () => {
    test = await openTestSandbox('bad-deploy')

    const [before, after] = [await logOf('checkout', [-10, -4]), await logOf('checkout', [-4, 0])]

    expect(countOf(after, 'checkout 2.14.0 listens')).toBe(1)
    expect(countOf(after, 'ERROR') / 4).toBeGreaterThan((5 * countOf(before, 'ERROR')) / 6)
    expect(countOf(after, 'unhandled exception')).toBeGreaterThan(100)
    expect(countOf(before, 'listens')).toBe(0)
  })

  it('tell of a database that is down, and in the log of the caller of the service whose call failed', async () => {
    test = await openTestSandbox('dependency-failure')

    const [payments, checkout] = [await logOf('payments', [-1, 0]), await logOf('checkout', [-1, 0])]

    expect(countOf(payments, 'no connection to the database')).toBeGreaterThan(50)
    expect(countOf(checkout, 'payments answered 500')).toBeGreaterThan(50)
    expect(countOf(checkout, 'no connection to the database')).toBe(0)
    expect(checkout[0]?.template).toBe('ERROR payments answered <*> POST /checkout failed after <*> ms')
  })

  it.each([
    ['slow-deploy', 'search', 'WARN GET /search took'],
    ['memory-leak', 'reports', 'MiB after a full collection'],
  ])('tell of %s in the words of %s', async (scenario, service, words) => {
    test = await openTestSandbox(scenario)

    expect(countOf(await logOf(service, [-3, 0]), words)).toBeGreaterThan(10)
    expect(countOf(await logOf('auth', [-3, 0]), words)).toBe(0)
  })

  it('are the same whoever asks and how often, and filtered as asked', async () => {
    test = await openTestSandbox('bad-deploy')

    expect(await logOf('checkout', [-4, 0])).toEqual(await logOf('checkout', [-4, 0]))
    const errors = await logOf('checkout', [-4, 0], '{service="checkout"} |= "ERROR"')
    expect(errors.every(({ example }) => example.startsWith('ERROR'))).toBe(true)
  })

  it('are refused to whoever has no token, and say what cannot be read of a query', async () => {
    test = await openTestSandbox('bad-deploy')
    const { LOKI_URL: baseUrl, LOKI_TOKEN: token } = test.sandbox.variables
    const read = (query: string, given: string | null) =>
      createLokiLogs({ baseUrl, token: given }).readLines(query, new Date(START), new Date(START + 1), 10, signal)

    await expect(read('{service="checkout"}', null)).rejects.toThrow('401')
    await expect(read('{service="checkout"} | json', token)).rejects.toThrow('400')
  })
})

describe("the sandbox's Argo CD and PagerDuty, asked what they know", () => {
  it('tell the steps of the deploy', async () => {
    test = await openTestSandbox('bad-deploy')
    const { ARGOCD_SERVER: url, ARGOCD_AUTH_TOKEN: token } = test.sandbox.variables
    const argocd = createArgoCd({ url: new URL(url), token, projectOf: () => 'shop' })

    const facts = await factsOf(argocd.evidence)

    expect(facts.toSorted()).toEqual([
      expect.stringMatching(
        /^checkout, Application checkout: OperationCompleted: Sync operation to [0-9a-f]{40} succeeded$/,
      ),
      expect.stringMatching(
        /^checkout, Application checkout: OperationStarted: Initiated automated sync to [0-9a-f]{40}$/,
      ),
      expect.stringMatching(/^checkout, Application checkout: ResourceUpdated: .*Progressing -> Healthy$/),
    ])
  })

  it('tell of former incidents of the service, and of what is open beside it', async () => {
    test = await openTestSandbox('bad-deploy')
    const { PAGERDUTY_API_URL: apiUrl, PAGERDUTY_API_TOKEN: token } = test.sandbox.variables
    const pagerduty = createPagerDuty({
      ...{ apiUrl, token, from: null, clock: systemClock },
      traceOf: async () => ({ dedupKeys: [], pagerdutyServiceId: 'PCHK01' }),
    })
    test.pass(30_000)
    test.sandbox.firing()

    const facts = await factsOf(pagerduty.evidence)

    expect(facts).toContainEqual(
      expect.stringMatching(/^This looks like PPAST\d+ of 2026-\d\d-\d\d .* UTC: \w+ on checkout$/),
    )
    expect(facts).toContainEqual(expect.stringMatching(/is open beside it, since its service is connected: web fails$/))
  })
})
