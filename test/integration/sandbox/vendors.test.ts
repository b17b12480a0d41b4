import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { createPagerDuty } from '../../../src/connectors/pagerduty/create-pagerduty.ts'
import { effectContext } from '../../contract/action-runner/effect-context.ts'
import { openTestSandbox } from './open-test-sandbox.ts'
import { prometheusMetrics } from '../../../src/connectors/prometheus/prometheus-metrics.ts'
import { runToEnd } from '../../contract/action-runner/run-to-end.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import type { ActionInput } from '../../../src/domain/action.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { TestSandbox } from './open-test-sandbox.ts'

let test: TestSandbox
afterEach(() => test.sandbox.close())

const signal = new AbortController().signal
const happened = (kind: string) => test.sandbox.events.filter((event) => event.kind === kind)

/** The product's own connectors, pointed at the sandbox. */
function runnerFor(scenario: TestSandbox): ActionRunner {
  const at = scenario.sandbox.variables
  const argocd = createArgoCd({
    ...{ url: new URL(at.ARGOCD_SERVER), token: at.ARGOCD_AUTH_TOKEN, projectOf: () => 'shop' },
  })
  const lambda = createLambda({
    ...{ endpoint: at.AWS_ENDPOINT_URL_LAMBDA, region: at.AWS_REGION },
    credentials: { accessKeyId: at.AWS_ACCESS_KEY_ID, secretAccessKey: at.AWS_SECRET_ACCESS_KEY },
  })
  const pagerduty = createPagerDuty({
    ...{ apiUrl: at.PAGERDUTY_API_URL, token: at.PAGERDUTY_API_TOKEN, from: at.PAGERDUTY_FROM, clock: systemClock },
    traceOf: async () => ({ dedupKeys: [], pagerdutyServiceId: 'PREP01' }),
  })
  return createActionRunner([...argocd.actions, ...lambda.actions, ...pagerduty.actions])
}

async function measured(query: string): Promise<number | undefined> {
  const metrics = prometheusMetrics({ baseUrl: test.sandbox.variables.PROMETHEUS_URL })
  const [series] = await metrics.queryInstant(query, signal)
  return series?.points.at(-1)?.[1]
}

describe("the sandbox's Argo CD, through the product's connector", () => {
  let runner: ActionRunner
  const rollback = (autoSync: string): ActionInput => ({
    ...{ uses: 'argocd/rollback', with: { app: 'checkout', id: '3', autoSync } },
  })
  const share =
    'sum(rate(http_requests_errors_total{service="checkout"}[3s])) / sum(rate(http_requests_total{service="checkout"}[3s]))'
  beforeEach(async () => {
    test = await openTestSandbox('bad-deploy')
    runner = runnerFor(test)
  })

  it('refuses a rollback while auto-sync is on', async () => {
    await expect(runner.readState(rollback('refuse'), signal)).rejects.toThrow('Auto-sync is on for checkout')
    const forced = await runner.perform(rollback('refuse'), null, effectContext())

    expect(forced).toMatchObject({ outcome: 'not_executed' })
    expect(happened('rollback.requested')).toHaveLength(0)
  })

  it('rolls back when auto-sync is suspended, and the errors end', async () => {
    const before = await runner.readState(rollback('suspend'), signal)
    expect(before).toMatchObject({ historyId: '4', autoSync: true })
    expect(await measured(share)).toBeGreaterThan(0.25)

    const suspended = await runner.perform(rollback('suspend'), before, effectContext({ effect: 'suspend' }))
    const result = await runToEnd(runner, rollback('suspend'), before, effectContext(), test.pass)
    test.pass(5_000)

    expect(suspended).toMatchObject({ outcome: 'done', output: { autoSync: false } })
    expect(result).toMatchObject({ outcome: 'done', after: { historyId: '5', autoSync: false } })
    expect(test.sandbox.versionOf('checkout')).toBe('2.13.0')
    expect(await measured(share)).toBeLessThan(0.02)
    expect(happened('rollback.requested')).toHaveLength(1)
  })

  it('deploys the bad version again when auto-sync is switched on before Git is mended, which the product refuses', async () => {
    const before = await runner.readState(rollback('suspend'), signal)
    await runner.perform(rollback('suspend'), before, effectContext({ effect: 'suspend' }))
    await runToEnd(runner, rollback('suspend'), before, effectContext(), test.pass)

    const enable: ActionInput = { uses: 'argocd/auto-sync', with: { app: 'checkout', enabled: true } }
    expect(await runner.perform(enable, null, effectContext())).toMatchObject({ outcome: 'not_executed' })
    await expect(runner.readState(enable, signal)).rejects.toMatchObject({ code: 'git_holds_bad_revision' })
    test.pass(5_000)
    expect(test.sandbox.versionOf('checkout')).toBe('2.13.0')

    // A person does it in Argo CD itself.
    const patch = JSON.stringify({ spec: { syncPolicy: { automated: { enabled: true } } } })
    await fetch(new URL('/api/v1/applications/checkout', test.sandbox.variables.ARGOCD_SERVER), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${test.sandbox.variables.ARGOCD_AUTH_TOKEN}` },
      body: JSON.stringify({ name: 'checkout', patchType: 'merge', patch, project: 'shop' }),
    })
    test.pass(5_000)
    await runner.readState(enable, signal)

    expect(test.sandbox.versionOf('checkout')).toBe('2.14.0')
  })

  it('takes one operation at a time', async () => {
    const before = await runner.readState(rollback('suspend'), signal)
    await runner.perform(rollback('suspend'), before, effectContext({ effect: 'suspend' }))
    const headers = { authorization: `Bearer ${test.sandbox.variables.ARGOCD_AUTH_TOKEN}` }
    const ask = () =>
      fetch(new URL('/api/v1/applications/checkout/rollback', test.sandbox.variables.ARGOCD_SERVER), {
        ...{ method: 'POST', headers, body: JSON.stringify({ id: 2, project: 'shop' }) },
      })

    const [first, second] = [await ask(), await ask()]

    expect(first.status).toBe(200)
    expect(second.status).toBe(400)
    expect(await second.json()).toMatchObject({ code: 9, message: 'another operation is already in progress' })
  })

  it.each([
    ['a wrong token', 'Bearer wrong', '/api/v1/applications/checkout?project=shop', 401, 16],
    ['an app that is not there', null, '/api/v1/applications/nothing?project=shop', 404, 5],
    ['an app that is not there, without its project', null, '/api/v1/applications/nothing', 403, 7],
  ])('refuses %s', async (_name, token, path, status, code) => {
    const authorization = token ?? `Bearer ${test.sandbox.variables.ARGOCD_AUTH_TOKEN}`
    const answer = await fetch(new URL(path, test.sandbox.variables.ARGOCD_SERVER), { headers: { authorization } })

    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ code })
  })
})

describe("the sandbox's Lambda and PagerDuty, through the product's connectors", () => {
  const recycle: ActionInput = {
    ...{ uses: 'lambda/invoke', with: { function: 'recycle-pods', params: { service: 'reports' }, idempotent: true } },
  }
  beforeEach(async () => {
    test = await openTestSandbox('memory-leak')
  })

  it('replaces pods once for one key, and the memory is free', async () => {
    const runner = runnerFor(test)
    const [first, again] = [
      await runner.perform(recycle, null, effectContext()),
      await runner.perform(recycle, null, effectContext()),
    ]
    test.pass(2_000)

    expect(first).toMatchObject({ outcome: 'done', output: { executedVersion: '7', result: { recycled: 3 } } })
    expect(again).toMatchObject({ outcome: 'done', output: { result: { recycled: 3 } } })
    expect(happened('function.invoked')).toHaveLength(1)
    expect(await measured('process_resident_memory_bytes{service="reports"} / 1048576')).toBeLessThan(420)
  })

  it('answers what a function throws with 200 and an error in it', async () => {
    const failing: ActionInput = { ...recycle, with: { ...recycle.with, params: { service: 'nothing' } } }

    const result = await runnerFor(test).perform(failing, null, effectContext())

    expect(result).toMatchObject({ outcome: 'failed', output: { functionError: 'Unhandled' } })
  })

  it('refuses the key of another account', async () => {
    const { AWS_ENDPOINT_URL_LAMBDA: endpoint, AWS_REGION: region } = test.sandbox.variables
    const credentials = { accessKeyId: 'AKIAFORGED0000000000', secretAccessKey: 'none' }
    const [forged] = createLambda({ endpoint, region, credentials }).actions

    await expect(forged?.perform(recycle.with, null, effectContext())).rejects.toThrow('The security token is invalid')
    expect(happened('function.invoked')).toHaveLength(0)
  })

  it('adds a note to the one open incident of the service', async () => {
    const note: ActionInput = { uses: 'pagerduty/note', with: { text: 'We are on it.' } }

    const result = await runnerFor(test).perform(note, null, effectContext())

    expect(result).toMatchObject({ outcome: 'done', output: { incident: 'PINC0001' } })
    expect(happened('note.added')).toHaveLength(1)
  })
})

describe("the sandbox's Prometheus, through the product's connector", () => {
  beforeEach(async () => {
    test = await openTestSandbox('bad-deploy')
  })

  it('knows the half hour before it was started', async () => {
    const metrics = prometheusMetrics({ baseUrl: test.sandbox.variables.PROMETHEUS_URL })
    const to = new Date('2026-11-21T09:00:00Z')
    const from = new Date(to.getTime() - 30 * 60_000)
    const query = 'sum(rate(http_requests_total{service="checkout"}[30s]))'

    const [series] = await metrics.queryRange(query, from, to, 15, signal)

    expect(series?.points).toHaveLength(121)
    expect(Math.min(...(series?.points ?? []).map(([, value]) => value))).toBeGreaterThan(40)
  })

  it('refuses what it does not understand as Prometheus does', async () => {
    await expect(measured('sum(')).rejects.toThrow('invalid parameter "query": parse error: unexpected end of input')
  })

  it('exposes what a real Prometheus can scrape', async () => {
    const answer = await fetch(test.sandbox.metricsUrl('payments'))
    const text = await answer.text()

    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4')
    expect(text).toMatch(/^# TYPE http_requests_total counter$/m)
    expect(text).toMatch(/^http_requests_total\{service="payments",environment="production",code="200"\} \d+$/m)
    expect(text).toMatch(/^database_up\{service="payments",environment="production"\} 1$/m)
    expect(text.endsWith('\n')).toBe(true)
  })
})
