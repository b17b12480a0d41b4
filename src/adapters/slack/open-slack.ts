import { FrontReceiver } from './incoming/front-receiver.ts'
import { checkSlack } from './check-slack.ts'
import { createBoltApp } from './bolt-app.ts'
import { createReplayGuard } from './incoming/replay-guard.ts'
import { createSlackApi } from './outgoing/slack-api.ts'
import { createSlackStandings } from './standing/slack-standings.ts'
import { createTriggeredForms } from './triggered-forms.ts'
import { createSlackRooms } from './outgoing/slack-rooms.ts'
import { createSlackSurface } from './outgoing/slack-surface.ts'
import { boltLogger } from './bolt-logger.ts'
import { handleRequest } from './handle-request.ts'
import { createSlackUpload } from './outgoing/slack-upload.ts'
import { openSlackTransport } from './outgoing/slack-transport.ts'
import { openSocketMode } from './socket-mode.ts'
import { mountInstallRoutes } from './install/install-routes.ts'
import { openHomes } from './homes/open-homes.ts'
import { slackRoute } from './incoming/slack-route.ts'
import type { AccountStandings } from '../../ports/account-standing.ts'
import type { Bolt } from './bolt-logger.ts'
import type { IncidentRooms } from '../../ports/incident-rooms.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { DeliveryStore } from '../../ports/delivery-store.ts'
import type { ArrivedRequest } from './bolt-app.ts'
import type { HomeQuery } from './homes/slack-homes.ts'
import type { HttpServer } from '../http/open-http-server.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Redactor } from '../../kernel/redactor.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'
import type { SlackFinding } from './check-slack.ts'
import type { OpenHomes } from './homes/open-homes.ts'
import type { SlackOAuth } from './install/slack-oauth.ts'
import type { SlackStandings } from './standing/slack-standings.ts'
import type { HandledRequest, SlackWork } from './slack-work.ts'
import type { Telemetry } from '../../ports/telemetry.ts'
import type { webApi } from '@slack/bolt'

export interface SlackSettings {
  /** Of the one workspace; null with OAuth, where each installation has its own. */
  readonly botToken: string | null
  /** One, or two while one replaces the other; may be empty with an app token. */
  readonly signingSecrets: readonly string[]
  /** With it everything comes in over a socket, and no public address is needed. */
  readonly appToken: string | null
  /** `SLACK_API_URL`, with `/api/`; null for Slack's own. */
  readonly apiUrl: string | null
}

export interface SlackParts extends SlackWork {
  readonly settings: SlackSettings
  /** With a client id and secret: several workspaces, or a whole organisation. */
  readonly oauth?: SlackOAuth
  readonly deliveries: Pick<DeliveryStore, 'serve' | 'served' | 'servedAnswer'>
  /** Told of what was genuine and still could not be taken; forged requests the HTTP server itself counts. */
  readonly recordRefusal: (reason: string) => Promise<void>
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** How long what a form says may take before one that says so opens; null waits for it however long that is. */
  readonly waitMs?: number | null
  /** The last guard against secrets in whatever is sent; none by default. */
  readonly redact?: Redactor
}

export interface Slack {
  readonly surface: ChatSurface
  /** Channels of their own for severe incidents. */
  readonly rooms: IncidentRooms
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
  const apiOf = (token: string) => createSlackApi(new bolt.webApi.WebClient(token, clientOptions), transport, parts)
  const { deliveries, clock, oauth } = parts
  const { botToken } = settings
  const apiUrl = settings.apiUrl ?? SLACK_API
  const opened = openHomes(bolt, { botToken, oauth, deliveries, clientOptions, apiUrl, apiOf, clock, log })
  const { api, homes } = opened
  const standings = createSlackStandings(homes, clock)
  const road: ReplyRoad = { api, transport, apiUrl, log, redact: parts.redact ?? ((value) => value) }
  const work = new Set<Promise<void>>()
  const front = new FrontReceiver()
  const socket =
    settings.appToken === null ? null : openSocketMode(bolt, { appToken: settings.appToken, clientOptions, log })
  const replays = createReplayGuard(parts.deliveries, parts.telemetry)
  const forms = createTriggeredForms({ api, mayOfferForm: parts.rich.mayOfferForm, log, waitMs: parts.waitMs })
  const shared = { replays, expectForm: forms.expect, recordRefusal: parts.recordRefusal, log }
  createBoltApp(bolt, {
    receiver: socket?.receiver ?? front,
    findHome: (query) => homes.find(query),
    clientOptions,
    ...shared,
    handle: (arrived, acknowledge) =>
      tracked(work, () =>
        carryOut(opened, arrived, (request) => handleRequest(parts, road, forms, request, acknowledge)),
      ),
  })
  return {
    surface: warming(createSlackSurface(api, createSlackUpload(transport, apiUrl), clock), standings),
    rooms: createSlackRooms(api),
    standings,
    mount: (server) => {
      if (opened.installer !== null) mountInstallRoutes(server, opened.installer)
      if (socket !== null) return
      const isInstalled = async (query: HomeQuery) => (await homes.find(query)) !== undefined
      const [{ signingSecrets }, { dispatch }] = [settings, front]
      server.mount(slackRoute({ ...shared, signingSecrets, isInstalled, dispatch, clock }))
    },
    start: () => socket?.start(),
    checkHealth: (channels) => {
      const socketApi = settings.appToken === null ? null : apiOf(settings.appToken)
      return checkSlack({ api, homes: oauth === undefined ? null : homes, socketApi, channels })
    },
    close: async () => {
      forms.close()
      await socket?.close()
      await front.stop()
      await Promise.allSettled(work)
      transport.close()
    },
  }
}

/** In the installation that it came from, whose token answers. */
function carryOut(
  opened: OpenHomes,
  { request, query }: ArrivedRequest,
  work: (request: HandledRequest) => Promise<void>,
): Promise<void> {
  if (request.kind === 'uninstalled') return opened.remove(query, request.reason)
  const channel = request.kind === 'change' ? null : request.place.channel
  return opened.api.within(query, channel, () => work(request))
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
