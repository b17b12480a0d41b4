import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { ALERTMANAGER, PROMETHEUS, startMonitoring } from './support/real-monitoring.ts'
import {
  ANA,
  API_TOKEN,
  BEN,
  CHANNEL,
  SLACK_SECRET,
  WEBHOOK_TOKEN,
  makeInstallation,
} from './support/real-installation.ts'
import { SlackDriver, findButton } from '../fakes/slack/slack-driver.ts'
import { createReader } from '../../src/cli/demo/incident-reader.ts'
import { describeWhen } from '../support/skip.ts'
import { findFreePort } from './support/free-port.ts'
import { labelFingerprint } from '../../src/sandbox/alertmanager/fingerprint.ts'
import { loadSandbox } from '../../src/sandbox/load-sandbox.ts'
import { makeTestFolder } from './support/test-folder.ts'
import { openSandbox } from '../../src/sandbox/open-sandbox.ts'
import { prometheusMetrics } from '../../src/connectors/prometheus/prometheus-metrics.ts'
import { removeHome } from '../support/remove-home.ts'
import { revisionFor } from '../../src/sandbox/world/revision.ts'
import { startFakeSlack } from '../fakes/slack/fake-slack.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { waitLong, waitUntilLong } from './support/wait-long.ts'
import type { Child } from './support/child.ts'
import type { FakeSlack } from '../fakes/slack/fake-slack.ts'
import type { IncidentReader } from '../../src/cli/demo/incident-reader.ts'
import type { Installation } from './support/real-installation.ts'
import type { Monitoring } from './support/real-monitoring.ts'
import type { Sandbox } from '../../src/sandbox/open-sandbox.ts'
import type { StoredMessage } from '../fakes/slack/fake-slack-api.ts'

const FOLDER = fileURLToPath(new URL('../../sandbox', import.meta.url))
const RATIO =
  'sum(rate(http_requests_errors_total{service="checkout"}[5s])) / sum(rate(http_requests_total{service="checkout"}[5s]))'
const isHere = existsSync(PROMETHEUS) && existsSync(ALERTMANAGER)
const REASON = "Debian's prometheus and prometheus-alertmanager are not installed"

describeWhen(isHere, REASON, 'a bad deploy, seen by a real Prometheus and told by a real Alertmanager', () => {
  let folder: string
  let sandbox: Sandbox
  let slack: FakeSlack
  let installation: Installation
  let service: Child
  let monitoring: Monitoring
  let incidents: IncidentReader
  let driver: SlackDriver

  beforeAll(async () => {
    folder = makeTestFolder()
    const { world, scenarios } = await loadSandbox(FOLDER)
    const story = scenarios.get('bad-deploy')!
    // The services, their faults and Argo CD are the sandbox's; who watches them is not.
    sandbox = await openSandbox({
      ...{ file: world, scenario: { ...story, events: [] }, seed: 7, clock: systemClock, watches: false },
    })
    slack = await startFakeSlack()
    const ports = { prometheus: await findFreePort(), alertmanager: await findFreePort() }
    const { ARGOCD_SERVER, ARGOCD_AUTH_TOKEN } = sandbox.variables
    installation = makeInstallation(folder, {
      ...{ ARGOCD_SERVER, ARGOCD_AUTH_TOKEN, PROMETHEUS_URL: `http://127.0.0.1:${ports.prometheus}` },
      ...{ SLACK_BOT_TOKEN: slack.botToken, SLACK_API_URL: slack.apiUrl },
    })
    service = installation.serve()
    const [, url = ''] = await service.waitForOutput(/"url":"(http:[^"]+)".*Countersign is ready/)
    incidents = createReader(url, API_TOKEN, new AbortController().signal)
    driver = new SlackDriver(`${url}/slack/events`, SLACK_SECRET, slack)
    sandbox.sendTo({ url, token: WEBHOOK_TOKEN })
    const targets = new Map(world.services.map(({ name }) => [name, sandbox.metricsUrl(name)]))
    const rules = world.rules
      .filter((rule) => rule.alert === 'HighErrorRate')
      .map((rule) => ({ ...rule, expr: rule.expr.replaceAll('[3s]', '[5s]') }))
    monitoring = await startMonitoring({ folder, ports, targets, rules, webhook: { url, token: WEBHOOK_TOKEN } })
  }, 240_000)

  afterAll(async () => {
    await monitoring.close()
    await service.end()
    await sandbox.close()
    await slack.close()
    await removeHome(join(folder, 'data'))
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }, 60_000)

  /** What the real Prometheus says about checkout now. */
  async function measuredRatio(): Promise<number | undefined> {
    const metrics = prometheusMetrics({ baseUrl: monitoring.prometheusUrl })
    const [series] = await metrics.queryInstant(RATIO, AbortSignal.timeout(60_000))
    return series?.points.at(-1)?.[1]
  }

  /** The card in the channel, once it has the button. */
  function cardWith(button: string): StoredMessage | undefined {
    return slack.messagesIn(CHANNEL).find((message) => {
      try {
        return findButton(message, button).value !== ''
      } catch {
        return false
      }
    })
  }

  /** The sandbox's own Alertmanager has to name alerts as the real one does. */
  async function fingerprintsOfAlertmanager(): Promise<readonly string[]> {
    const answer = await fetch(`${monitoring.alertmanagerUrl}/api/v2/alerts`)
    return ((await answer.json()) as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint)
  }

  const happened = (kind: string) => sandbox.events.filter((event) => event.kind === kind)

  it('is rolled back once after two approvals in Slack, and the recovery is what Prometheus measures', async () => {
    await waitUntilLong('Prometheus measures a healthy checkout', async () => ((await measuredRatio()) ?? 1) < 0.02)

    sandbox.push('checkout', '2.14.0', 'mara')

    const incident = await waitLong('an incident that names its cause', async () =>
      (await incidents.list()).find(({ suspects }) => suspects.length > 0),
    )
    expect(incident).toMatchObject({ service: 'checkout', severity: 'SEV1', state: 'open' })
    expect(incident.suspects[0]).toMatchObject({
      ...{ service: 'checkout', kind: 'deploy', revision: revisionFor('checkout', '2.14.0') },
    })
    expect(incident.suspects[0]?.probability).toBeGreaterThan(0.5)

    const card = await waitLong('a card with an Approve button', () => cardWith('Approve'))
    expect(await fingerprintsOfAlertmanager()).toContain(
      labelFingerprint({
        ...{ alertname: 'HighErrorRate', service: 'checkout', environment: 'production', severity: 'critical' },
      }),
    )
    expect(slack.messagesIn(CHANNEL).filter((message) => message.threadTs === null)).toHaveLength(1)
    expect((await driver.press(ANA, card, 'Approve')).status).toBe(200)
    await waitUntilLong('the first approval counts', async () => {
      const { proposal } = await incidents.find(incident.id)
      return proposal?.decisions.length === 1
    })
    expect(happened('rollback.requested')).toHaveLength(0)
    expect((await driver.press(BEN, card, 'Approve')).status).toBe(200)

    const run = await waitLong('the run ends', async () => {
      const [id] = (await incidents.find(incident.id)).runs
      const found = id === undefined ? undefined : await incidents.findRun(id)
      return found !== undefined && ['succeeded', 'failed', 'stopped', 'undone'].includes(found.state)
        ? found
        : undefined
    })
    expect({ state: run.state, steps: run.steps.map(({ id, state }) => [id, state]) }).toEqual({
      state: 'succeeded',
      steps: [
        ['rollback', 'done'],
        ['healthy', 'done'],
      ],
    })
    expect(happened('rollback.requested')).toHaveLength(1)
    expect(happened('auto-sync.set')).toHaveLength(1)
    expect(sandbox.versionOf('checkout')).toBe('2.13.0')
    await waitUntilLong('Prometheus measures the recovery', async () => ((await measuredRatio()) ?? 1) < 0.02)

    await waitUntilLong('Alertmanager tells that it is over', async () => {
      const { alerts } = await incidents.find(incident.id)
      return alerts.firing === 0
    })
    await waitUntilLong('the card has no decision to ask for', () => cardWith('Approve') === undefined)
  }, 240_000)

  it('is on an audit log that verifies offline', async () => {
    const file = join(folder, 'audit.jsonl')
    const exported = installation.run(['audit', 'export', '--out', file, '--config', installation.configPath])
    expect({ code: await exported.ended, output: exported.output() }).toMatchObject({ code: 0 })

    const key = join(folder, 'data-checkpoints', 'audit.pub')
    const checkpoints = join(folder, 'audit.checkpoints.jsonl')
    const verified = installation.run(['audit', 'verify', file, '--checkpoints', checkpoints, '--key', key])

    expect({ code: await verified.ended, output: verified.output() }).toMatchObject({ code: 0 })
  }, 120_000)
})
