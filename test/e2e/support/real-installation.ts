import { join } from 'node:path'
import { mkdirSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { REPOSITORY, startCountersign } from './child.ts'
import type { Child } from './child.ts'

export const SLACK_SECRET = 'e2e-signing-secret-0001'
export const CHANNEL = 'C0SHOP'
export const WEBHOOK_TOKEN = 'e2e-webhook-token-0001'
export const API_TOKEN = 'e2e-api-token-0001'
export const ANA = { team: 'T0001', user: 'U0001', name: 'ana' }
export const BEN = { team: 'T0001', user: 'U0002', name: 'ben' }

const PEOPLE = [
  {
    id: 'ana@shop.example',
    name: 'Ana Ruiz',
    slack: { team: ANA.team, user: ANA.user },
    groups: ['team-checkout'],
    roles: ['responder', 'approver'],
  },
  {
    id: 'ben@shop.example',
    name: 'Ben Okafor',
    slack: { team: BEN.team, user: BEN.user },
    groups: ['team-platform'],
    roles: ['responder', 'approver'],
  },
]

const CHECKOUT_ERRORS = 'http_requests_errors_total{service="${{ service.name }}"}[5s]'
const CHECKOUT_REQUESTS = 'http_requests_total{service="${{ service.name }}"}[5s]'

/** As the example of the contract, with windows of seconds. */
const PLAYBOOK = {
  apiVersion: 'countersign.dev/v1',
  kind: 'Playbook',
  metadata: { name: 'rollback-bad-deploy', title: 'Roll the service back', owner: 'team-platform' },
  spec: {
    match: { alerts: ['alertname=~"HighErrorRate|HighLatency"', 'severity="critical"'], change: 'deploy' },
    inputs: { app: { from: 'service.argocd.app' }, revision: { from: 'change.previous.id' } },
    risk: { reversible: true, blastRadius: 'service' },
    autonomous: false,
    steps: [
      {
        id: 'rollback',
        uses: 'argocd/rollback',
        with: { app: '${{ inputs.app }}', id: '${{ inputs.revision }}', autoSync: 'suspend' },
        timeout: '2m',
        undo: {
          uses: 'argocd/rollback',
          with: { app: '${{ inputs.app }}', id: '${{ before.rollback.historyId }}' },
        },
      },
      {
        id: 'healthy',
        uses: 'prometheus/assert',
        with: { query: `sum(rate(${CHECKOUT_ERRORS})) / sum(rate(${CHECKOUT_REQUESTS}))`, below: 0.02, for: '4s' },
        timeout: '2m',
      },
    ],
    onFailure: 'stop',
  },
}

export interface Installation {
  readonly configPath: string
  readonly variables: Readonly<Record<string, string>>
  serve(): Child
  run(args: readonly string[]): Child
}

export interface InstallationChanges {
  /** Over what stands in countersign.yaml otherwise. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Instead of Ana and Ben. */
  readonly people?: readonly object[]
}

/** A folder as a company would have it: countersign.yaml, people, a playbook; the catalog and the policies as shipped. */
export function makeInstallation(
  folder: string,
  vendors: Readonly<Record<string, string>>,
  { settings = {}, people = PEOPLE }: InstallationChanges = {},
): Installation {
  const home = join(folder, 'installation')
  mkdirSync(join(home, 'playbooks'), { recursive: true })
  const configPath = join(home, 'countersign.yaml')
  writeFileSync(
    configPath,
    stringify({
      mode: 'assist',
      catalog: join(REPOSITORY, 'sandbox/catalog'),
      policies: join(REPOSITORY, 'policies'),
      slack: { channel: CHANNEL },
      ...settings,
    }),
  )
  writeFileSync(join(home, 'people.yaml'), stringify({ people }))
  writeFileSync(join(home, 'playbooks', 'rollback-bad-deploy.yaml'), stringify(PLAYBOOK))
  const variables = {
    ...{ HOST: '127.0.0.1', PORT: '0', COUNTERSIGN_DATA: join(folder, 'data'), LOG_LEVEL: 'info' },
    ...{ SLACK_SIGNING_SECRET: SLACK_SECRET, COUNTERSIGN_WEBHOOK_TOKEN: WEBHOOK_TOKEN },
    ...{ COUNTERSIGN_API_TOKEN: API_TOKEN },
    ...vendors,
  }
  return {
    configPath,
    variables,
    serve: () => startCountersign(['serve', '--config', configPath], variables),
    run: (args) => startCountersign(args, variables),
  }
}
