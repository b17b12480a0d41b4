import { answerOnce } from './incoming/answer-once.ts'
import { checkTeams } from './check-teams.ts'
import { createMemberStandings } from './member-standings.ts'
import { createTeamsApi } from './outgoing/teams-api.ts'
import { createTeamsPlaces } from './outgoing/teams-places.ts'
import { createTeamsSurface } from './outgoing/teams-surface.ts'
import { handleRequest } from './handle-request.ts'
import { openTeamsTransport } from './outgoing/teams-transport.ts'
import { readActivity } from './incoming/read-activity.ts'
import { resolveMentions } from './incoming/resolve-mentions.ts'
import { teamsRoute } from './incoming/teams-route.ts'
import type { AccountStandings } from '../../ports/account-standing.ts'
import type { Activity } from './incoming/schema.ts'
import type { BotOverrides } from './teams-bot.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { DeliveryStore } from '../../ports/delivery-store.ts'
import type { HttpServer } from '../http/open-http-server.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Redactor } from '../../kernel/redactor.ts'
import type { RequestTools, TeamsConversationParts } from './handle-request.ts'
import type { TeamsConversationStore } from '../../ports/teams-conversation-store.ts'
import type { TeamsFinding } from './check-teams.ts'
import type { TeamsRoad } from './outgoing/teams-road.ts'
import type { TeamsSettings } from './teams-settings.ts'
import type { Telemetry } from '../../ports/telemetry.ts'

export interface TeamsParts extends TeamsConversationParts {
  readonly settings: TeamsSettings
  readonly deliveries: Pick<DeliveryStore, 'serve' | 'served' | 'servedAnswer'>
  readonly conversations: TeamsConversationStore
  /** Told of what was genuine and still could not be taken; forged requests the HTTP server itself counts. */
  readonly recordRefusal: (reason: string) => Promise<void>
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** The last guard against secrets in whatever is sent; none by default. */
  readonly redact?: Redactor
  /** For tests alone, with their own OpenID server and connector on this machine; no configuration leads here. */
  readonly overrides?: BotOverrides
}

export interface Teams {
  readonly surface: ChatSurface
  /** Whether Teams vouches for an account now. */
  readonly standings: AccountStandings
  /** Mounts `POST /api/messages`. */
  mount(server: Pick<HttpServer, 'mount'>): void
  /** For `doctor`. */
  checkHealth(channels: readonly string[]): Promise<readonly TeamsFinding[]>
  /** Takes nothing more, and waits for what was answered and still goes on. */
  close(): Promise<void>
}

export async function openTeams(parts: TeamsParts): Promise<Teams> {
  const { createTeamsBot } = await import('./teams-bot.ts')
  const { settings, log, conversations, overrides } = parts
  const transport = openTeamsTransport()
  const bot = createTeamsBot(settings, transport, overrides)
  const isLoopbackAllowed = settings.isInsecureLocal || overrides !== undefined
  const api = createTeamsApi(bot, { ...parts, isLoopbackAllowed })
  const places = createTeamsPlaces(settings, conversations)
  const road: TeamsRoad = { api, places, tenantId: settings.tenantId, log }
  const standings = createMemberStandings(api, conversations, parts.clock)
  const work = new Set<Promise<void>>()
  const tools: RequestTools = { conversation: parts, road, store: conversations, log, later: laterOn(work, log) }
  const dispatch = (activity: Activity) => {
    const request = readActivity(activity)
    standings.see(request.place)
    if (request.kind === 'ignored') return Promise.resolve(null)
    return answerOnce(parts, keyOf(activity), async () =>
      handleRequest(tools, readActivity(await resolveMentions(api, activity))),
    )
  }
  return {
    surface: createTeamsSurface(road),
    standings,
    mount: (server) => {
      server.mount(teamsRoute({ settings, bot, isLoopbackAllowed, dispatch, recordRefusal: parts.recordRefusal, log }))
    },
    checkHealth: (channels) => checkTeams({ settings, api, places, channels }),
    close: async () => {
      while (work.size > 0) await Promise.allSettled(work)
      transport.close()
      bot.close()
    },
  }
}

/** Ids are unique within a conversation. An activity without one is told apart by its words. */
function keyOf(activity: Activity): string {
  const { type, id, conversation, from } = activity
  return `${type} ${conversation.id} ${id ?? `${from.id} ${JSON.stringify([activity.text, activity.action, activity.value])}`}`
}

function laterOn(work: Set<Promise<void>>, log: Logger): RequestTools['later'] {
  return (run) => {
    const running = run()
      .catch((error: unknown) => {
        log.error({ err: error }, 'teams request failed after it was answered')
      })
      .finally(() => {
        work.delete(running)
      })
    work.add(running)
  }
}
