import { SlackDriver, findButton } from '../../fakes/slack/slack-driver.ts'
import { eventually } from './eventually.ts'
import { fires } from '../intake/payloads.ts'
import { openInstallation } from './installation.ts'
import { plainTextOf } from '../../unit/slack/words-of.ts'
import { startFakeSlack } from '../../fakes/slack/fake-slack.ts'
import { startProcess } from './process.ts'
import type { CountersignProcess } from './process.ts'
import type { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Installation } from './installation.ts'
import type { StoredMessage } from '../../fakes/slack/fake-slack-api.ts'

export const CHANNEL = 'C0001'
export const ANA = { team: 'T0001', user: 'U1', name: 'ana' }
export const BEN = { team: 'T0001', user: 'U2', name: 'ben' }
export const CEM = { team: 'T0001', user: 'U3', name: 'cem' }

/** The secrets of this installation: none of them may ever be seen outside its environment. */
export const SECRETS = {
  SLACK_BOT_TOKEN: 'xoxb-canary-bot-0001',
  SLACK_SIGNING_SECRET: 'canary-signing-secret-0002',
  COUNTERSIGN_WEBHOOK_TOKEN: 'canary-webhook-token-0003',
  COUNTERSIGN_API_TOKEN: 'canary-api-token-0004',
  GITHUB_WEBHOOK_SECRET: 'canary-github-secret-0005',
} as const

/** A whole installation in Slack, whose processes a test starts and stops. */
export interface Shop {
  readonly installation: Installation
  readonly slack: FakeSlack
  start(...words: readonly string[]): CountersignProcess
  /** Slack's requests go to this address from now on. */
  connectSlack(url: string): SlackDriver
  /** An alert comes in at this address. */
  alert(url: string, service?: string): Promise<Response>
  /** The card of the incident, as it stands in the channel now. */
  card(): StoredMessage | undefined
  /** The newest answer that this person alone was shown. */
  shownTo(user: string): string
  /** Ana asks for the playbook, and waits until the card offers it. */
  propose(driver: SlackDriver, incidentId: string, playbook: string): Promise<void>
  /** As the owner of the database sees it. */
  sql<Row extends Record<string, unknown>>(text: string): Promise<readonly Row[]>
  close(): Promise<void>
}

export async function openShop(
  variables: Readonly<Record<string, string>> = {},
  settings: readonly string[] = [],
): Promise<Shop> {
  const slack = await startFakeSlack({ botToken: SECRETS.SLACK_BOT_TOKEN })
  const installation = await openInstallation({
    settings: [`slack: { channel: ${CHANNEL} }`, ...settings].join('\n'),
    variables: { ...SECRETS, SLACK_API_URL: slack.apiUrl, ...variables },
  })
  const processes: CountersignProcess[] = []
  const shownTo = (user: string): string => {
    const last = slack.shownTo(user).at(-1)
    return last === undefined ? '' : plainTextOf((last['blocks'] ?? []) as unknown[])
  }
  const card = (): StoredMessage | undefined => slack.messagesIn(CHANNEL).find((message) => message.threadTs === null)
  return {
    installation,
    slack,
    shownTo,
    card,
    start: (...words) => {
      const started = startProcess(words, installation.variables)
      processes.push(started)
      return started
    },
    connectSlack: (url) => new SlackDriver(`${url}/slack/events`, SECRETS.SLACK_SIGNING_SECRET, slack),
    alert: (url, service = 'checkout') =>
      fetch(`${url}/webhooks/alertmanager`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${SECRETS.COUNTERSIGN_WEBHOOK_TOKEN}`,
        },
        body: JSON.stringify(fires({ service })),
      }),
    propose: async (driver, incidentId, playbook) => {
      await driver.command(ANA, `run ${incidentId} ${playbook}`, CHANNEL)
      await eventually(`the card offers ${playbook}; Ana was told: ${shownTo(ANA.user)}`, () => {
        const shown = card()
        return shown !== undefined && hasButton(shown, 'Approve')
      })
    },
    sql: (text) => installation.sql(text),
    close: async () => {
      await Promise.all(processes.map((each) => each.end()))
      await slack.close()
      await installation.close()
    },
  }
}

function hasButton(message: StoredMessage, label: string): boolean {
  try {
    findButton(message, label)
    return true
  } catch {
    return false
  }
}
