import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { API_TOKEN, SLACK_SECRET, WEBHOOK_TOKEN, makeInstallation } from './real-installation.ts'
import { SHOP_PEOPLE, peopleEntries } from './shop-people.ts'
import { SlackHand } from './slack-hand.ts'
import { createReader } from '../../../src/cli/demo/incident-reader.ts'
import { findFreePort } from './free-port.ts'
import { loadSandbox } from '../../../src/sandbox/load-sandbox.ts'
import { makeTestFolder } from './test-folder.ts'
import { openSandbox } from '../../../src/sandbox/open-sandbox.ts'
import { removeHome } from '../../support/remove-home.ts'
import { TEAMS_CHANNEL, startPlayground } from './playground.ts'
import { startEmulatedSlack } from './emulated-slack.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import type { Child } from './child.ts'
import type { EmulatedSlack } from './emulated-slack.ts'
import type { IncidentReader } from '../../../src/cli/demo/incident-reader.ts'
import type { Playground } from './playground.ts'
import type { Installation } from './real-installation.ts'
import type { Sandbox } from '../../../src/sandbox/open-sandbox.ts'
import type { ShopPerson } from './shop-people.ts'
import type { SlackUser } from '../../fakes/slack/payloads.ts'

const SANDBOX = fileURLToPath(new URL('../../../sandbox', import.meta.url))

const KEYS = SHOP_PEOPLE.map(({ key }) => key)

/** The shop of the sandbox, with the product as a process of its own, and real counterparts where people talk. */
export interface ShopInChat {
  readonly folder: string
  readonly url: string
  readonly sandbox: Sandbox
  readonly slack: EmulatedSlack
  /** Where the cards go in Slack. */
  readonly channel: string
  readonly hand: SlackHand
  /** Microsoft's client, where it was asked for. */
  readonly teams: Playground | undefined
  readonly inSlack: Readonly<Record<ShopPerson, SlackUser>>
  readonly service: Child
  readonly installation: Installation
  readonly incidents: IncidentReader
  /** From now on the alerts of the bad deploy come in. */
  letAlertsIn(): void
  close(): Promise<void>
}

export interface ShopSettings {
  /** Slack's own, against which our requests are held. */
  readonly specification: string | undefined
  /** Who sits at the screen of the Teams client; without it there is no Teams. */
  readonly atTheTeamsScreen?: ShopPerson
}

export async function openShopInChat(settings: ShopSettings): Promise<ShopInChat> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer()
  }
  try {
    return { ...(await open(settings, closers)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open(settings: ShopSettings, closers: (() => Promise<unknown>)[]): Promise<Omit<ShopInChat, 'close'>> {
  const folder = makeTestFolder()
  closers.push(async () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  const { world, scenarios } = await loadSandbox(SANDBOX)
  const scenario = scenarios.get('bad-deploy')!
  const sandbox = await openSandbox({ file: world, scenario, seed: 7, clock: systemClock, watches: true })
  closers.push(() => sandbox.close())
  const { specification, atTheTeamsScreen: atTheScreen } = settings
  const slack = await startEmulatedSlack({ folder, users: KEYS, channels: ['incidents'], specification })
  closers.push(() => slack.close())
  const channel = await slack.channel('incidents')
  const port = await findFreePort()
  const productUrl = `http://127.0.0.1:${port}`
  const teams = atTheScreen === undefined ? undefined : startPlayground({ folder, atTheScreen, productUrl })
  closers.push(async () => (await teams)?.close())
  const vendors = {
    ...{ SLACK_BOT_TOKEN: slack.botToken, SLACK_API_URL: slack.apiUrl, PORT: String(port) },
    ...(teams === undefined ? {} : { TEAMS_INSECURE_LOCAL: '1' }),
  }
  const places = { slack: { channel }, ...(teams === undefined ? {} : { teams: { channel: TEAMS_CHANNEL } }) }
  const installation = makeInstallation(
    folder,
    { ...sandbox.variables, ...vendors },
    { people: await peopleEntries(slack), settings: { playbooks: join(SANDBOX, 'playbooks'), ...places } },
  )
  closers.push(() => removeHome(join(folder, 'data')))
  const service = installation.serve()
  closers.push(() => service.end())
  const [, url = ''] = await service.waitForOutput(/"url":"(http:[^"]+)".*Countersign is ready/)
  return {
    ...{ folder, url, sandbox, slack, channel, service, installation },
    teams: await teams,
    hand: new SlackHand(url, SLACK_SECRET, slack),
    inSlack: await accountsIn(slack),
    incidents: createReader(url, API_TOKEN, new AbortController().signal),
    letAlertsIn: () => {
      sandbox.sendTo({ url, token: WEBHOOK_TOKEN })
    },
  }
}

async function accountsIn(slack: EmulatedSlack): Promise<Readonly<Record<ShopPerson, SlackUser>>> {
  const accounts = KEYS.map(async (key) => [key, { team: slack.team, user: await slack.user(key), name: key }] as const)
  return Object.fromEntries(await Promise.all(accounts)) as Record<ShopPerson, SlackUser>
}
