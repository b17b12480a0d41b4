import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { createGitHubCommits } from '../../../src/connectors/github/github-commits.ts'
import { createLokiLogs } from '../../../src/connectors/loki/loki-logs.ts'
import { createPagerDuty } from '../../../src/connectors/pagerduty/create-pagerduty.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import type { EvidenceSource } from '../../../src/ports/evidence-source.ts'
import type { Service } from '../../../src/domain/service-catalog.ts'

/** One question that is asked outside while an incident is looked into. */
export interface OutsideRead {
  readonly what: string
  readonly path: string
  readonly good: object
  /** As good but for the kind of one member. */
  readonly wrong: object
  /** What a good answer comes to. */
  readonly found: object
  ask(url: string, timeoutMs: number): Promise<unknown>
}

const TOKEN = 's3cr3t-token'
export const SINCE = new Date('2026-11-21T08:00:00.000Z')
const LATER = '2026-11-21T08:20:00Z'
const RANGE = { repository: 'bank/checkout', from: '1b22e0f', to: '7f3c21a' }
const SIMILAR = { id: 'PPAST01', title: 'Checkout is slow', created_at: '2026-10-01T10:00:00Z' }
export const SERVICE: Service = {
  ...{ name: 'checkout', owner: null, dependsOn: [], system: null, criticality: 1, mode: null, links: [] },
  ...{ argocd: { app: 'checkout', project: null }, lambda: null, pagerdutyServiceId: null, repository: null },
}

const signal = () => AbortSignal.timeout(60_000)

/** What is found in all the parts, of which one is enough to fail. */
async function gather(source: EvidenceSource): Promise<unknown> {
  const parts = await source.gather({ incidentId: 'INC-7', services: [SERVICE], since: SINCE }, signal())
  const failed = parts.find((part) => part.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []))
}

/** The incident is known by what it is; what is alike is asked of PagerDuty. */
const askPagerDuty = (url: string, timeoutMs: number) =>
  gather(
    createPagerDuty({
      ...{ apiUrl: url, token: TOKEN, from: null, timeoutMs, clock: new FixedClock() },
      traceOf: () => Promise.resolve({ dedupKeys: ['checkout-slow'], pagerdutyServiceId: null }),
    }).evidence,
  )

/** That PagerDuty knows the incident goes before both questions about it. */
export const LINKED = { path: '/incidents', answer: { incidents: [{ id: 'PGR0VU2' }] } }

export const READS: readonly OutsideRead[] = [
  {
    what: 'Loki’s lines',
    path: '/loki/api/v1/query_range',
    good: {
      status: 'success',
      data: { resultType: 'streams', result: [{ values: [['1795249200000000000', 'down']] }] },
    },
    wrong: { status: 'success', data: { resultType: 'streams', result: [{ values: [[1795249200, 'down']] }] } },
    found: [{ text: 'down' }],
    ask: (url, timeoutMs) =>
      createLokiLogs({ baseUrl: url, token: TOKEN, timeoutMs }).readLines('{}', SINCE, new Date(LATER), 10, signal()),
  },
  {
    what: 'GitHub’s commits',
    path: '/repos/bank/checkout/compare/1b22e0f...7f3c21a',
    good: { total_commits: 1, commits: [{ sha: 'aaa', commit: { message: 'Cache prices' } }] },
    wrong: { total_commits: 1, commits: { sha: 'aaa', commit: { message: 'Cache prices' } } },
    found: { total: 1, commits: [{ revision: 'aaa', subject: 'Cache prices' }] },
    ask: (url, timeoutMs) => createGitHubCommits({ apiUrl: url, token: TOKEN, timeoutMs }).compare(RANGE, signal()),
  },
  {
    what: 'Argo CD’s events',
    path: '/api/v1/applications/checkout/events',
    good: { items: [{ type: 'Warning', reason: 'SyncError', message: 'no such image', lastTimestamp: LATER }] },
    wrong: { items: [{ type: 'Warning', reason: 7, message: 'no such image', lastTimestamp: LATER }] },
    found: [{ kind: 'deploy_state', fact: 'checkout, checkout: SyncError: no such image' }],
    ask: (url, timeoutMs) =>
      gather(createArgoCd({ url: new URL(url), token: TOKEN, projectOf: () => null, timeoutMs }).evidence),
  },
  {
    what: 'PagerDuty’s incidents like this one',
    path: '/incidents/PGR0VU2/past_incidents',
    good: { past_incidents: [{ incident: SIMILAR, score: 40 }] },
    wrong: { past_incidents: [{ incident: SIMILAR, score: 'high' }] },
    found: [{ key: 'pagerduty-past:PPAST01', kind: 'history' }],
    ask: askPagerDuty,
  },
  {
    what: 'PagerDuty’s incidents beside this one',
    path: '/incidents/PGR0VU2/related_incidents',
    good: { related_incidents: [{ incident: SIMILAR, relationships: [{ type: 'service_dependency' }] }] },
    wrong: { related_incidents: [{ incident: SIMILAR, relationships: 'none' }] },
    found: [{ key: 'pagerduty-related:PPAST01', kind: 'history' }],
    ask: askPagerDuty,
  },
]
