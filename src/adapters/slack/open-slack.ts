import { FrontReceiver } from './incoming/front-receiver.ts'
import { checkSlack } from './check-slack.ts'
import { createBoltApp } from './bolt-app.ts'
import { createReplayGuard } from './incoming/replay-guard.ts'
import { createSlackApi } from './outgoing/slack-api.ts'
import { createSlackStandings } from './standing/slack-standings.ts'
import { createSlackSurface } from './outgoing/slack-surface.ts'
import { boltLogger } from './bolt-logger.ts'
import { handleRequest } from './handle-request.ts'
import { openSlackTransport } from './outgoing/slack-transport.ts'
import { openSocketMode } from './socket-mode.ts'
import { tokenHome } from './homes/token-home.ts'
import { slackRoute } from './incoming/slack-route.ts'
import type { AccountStandings } from '../../ports/account-standing.ts'
import type { Bolt } from './bolt-logger.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { DeliveryStore } from '../../ports/delivery-store.ts'
import type { HttpServer } from '../http/open-http-server.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'
import type { SlackFinding } from './check-slack.ts'
import type { SlackStandings } from './standing/slack-standings.ts'
import type { SlackWork } from './slack-work.ts'
import type { Telemetry } from '../../ports/telemetry.ts'
import type { webApi } from '@slack/bolt'

export interface SlackSettings {
  readonly botToken: string
  /** One, or two while one replaces the other; may be empty with an app token. */
  readonly signingSecrets: readonly string[]
  /** With it everything comes in over a socket, and no public address is needed. */
  readonly appToken: string | null
  /** `SLACK_API_URL`, with `/api/`; null for Slack's own. */
  readonly apiUrl: string | null
}

export interface SlackParts extends SlackWork {
  readonly settings: SlackSettings
  readonly deliveries: Pick<DeliveryStore, 'serve' | 'served'>
  /** Told of what was genuine and still could not be taken; forged requests the HTTP server itself counts. */
  readonly recordRefusal: (reason: string) => Promise<void>
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly clock: Clock
}

export interface Slack {
  readonly surface: ChatSurface
  /** Whether Slack vouches for an account now. */
  readonly standings: AccountStandings
  /** Over HTTP: mounts `POST /slack/events`. In Socket Mode nothing is mounted. */
  mount(server: Pick<HttpServer, 'mount'>): void
  /** In Socket Mode: connects, in the background. */
  start(): void
  /** For `doctor`. */
  checkHealth(channels: readonly string[]): Promise<readonly SlackFinding[]>
  /** Takes nothing more, and waits for what was acknowledged. */
  close(): Promise<void>
}

const SLACK_API = 'https://slack.com/api/'
const TIMEOUT_MS = 10_000

export async function openSlack(parts: SlackParts): Promise<Slack> {
  const bolt: Bolt = await import('@slack/bolt')
  const { settings, log } = parts
  const transport = openSlackTransport()
  const clientOptions = webClientOptions(bolt, settings, transport.fetch, log)
  const api = createSlackApi(new bolt.webApi.WebClient(settings.botToken, clientOptions), transport, parts)
  const socketApi =
    settings.appToken === null
      ? null
      : createSlackApi(new bolt.webApi.WebClient(settings.appToken, clientOptions), transport, parts)
  const standings = createSlackStandings(tokenHome(api), parts.clock)
  const road: ReplyRoad = { api, transport, apiUrl: settings.apiUrl ?? SLACK_API, log }
  const work = new Set<Promise<void>>()
  const front = new FrontReceiver()
  const socket =
    settings.appToken === null ? null : openSocketMode(bolt, { appToken: settings.appToken, clientOptions, log })
  const replays = createReplayGuard(parts.deliveries, parts.telemetry)
  createBoltApp(bolt, {
    receiver: socket?.receiver ?? front,
    botToken: settings.botToken,
    clientOptions,
    replays,
    handle: (request, acknowledge) => tracked(work, () => handleRequest(parts, road, request, acknowledge)),
    recordRefusal: parts.recordRefusal,
    log,
  })
  return {
    surface: warming(createSlackSurface(api), standings),
    standings,
    mount: (server) => {
      if (socket !== null) return
      const { recordRefusal, clock } = parts
      const { signingSecrets } = settings
      server.mount(slackRoute({ signingSecrets, replays, dispatch: front.dispatch, recordRefusal, log, clock }))
    },
    start: () => socket?.start(),
    checkHealth: (channels) => checkSlack({ api, socketApi, channels }),
    close: async () => {
      await socket?.close()
      await front.stop()
      await Promise.allSettled(work)
      transport.close()
    },
  }
}

/** Who is asked for a decision is looked up at once, so that their press need not wait for it. */
function warming(surface: ChatSurface, standings: SlackStandings): ChatSurface {
  return {
    ...surface,
    tellPerson: async (person, words, signal, attempt) => {
      await surface.tellPerson(person, words, signal, attempt)
      if (person.slack !== null) standings.warm({ tenant: person.slack.team, user: person.slack.user })
    },
  }
}

/** One client for everything, built once; the outbox waits and tries again, so the client itself never does. */
function webClientOptions(
  bolt: Bolt,
  settings: SlackSettings,
  fetch: NonNullable<webApi.WebClientOptions['fetch']>,
  log: Logger,
): webApi.WebClientOptions {
  return {
    slackApiUrl: settings.apiUrl ?? SLACK_API,
    fetch,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    maxRequestConcurrency: 1_000,
    logger: boltLogger(bolt, log),
  }
}

async function tracked(work: Set<Promise<void>>, run: () => Promise<void>): Promise<void> {
  const running = run().finally(() => {
    work.delete(running)
  })
  work.add(running)
  await running
}
