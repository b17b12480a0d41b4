import { AsyncLocalStorage } from 'node:async_hooks'
import { VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { z } from 'zod'
import type { HomeQuery, SlackHome, SlackHomes } from './slack-homes.ts'
import type { SlackApi } from '../outgoing/slack-api.ts'

/** Where channels and people belong, as the configuration and the directory say. */
export interface Belonging {
  readonly teamOfChannel: (channel: string) => string | null
  readonly teamOfUser: (user: string) => string | null
  /** `slack.team`; where nothing else says it. */
  readonly defaultTeam: string | null
}

export interface RoutedApi extends SlackApi {
  /** Whatever `work` asks of Slack is asked in the home that the request came from, which knows the channel. */
  within<Result>(query: HomeQuery, channel: string | null, work: () => Promise<Result>): Promise<Result>
}

const MOST_CHANNELS = 10_000
/** With an organisation's token it has to be said which of its workspaces is meant. */
const NEEDS_TEAM: readonly string[] = ['conversations.create', 'conversations.list']
const OpenedChannel = z.object({ channel: z.object({ id: z.string() }) })

/**
 * One API for all installations: each call goes with the token of the workspace that its request came from, or that its
 * channel or person belongs to. Channels that came up in requests, or that we opened, are remembered; after a restart
 * the configuration says where the routed ones are.
 */
export function createRoutedApi(homes: SlackHomes, belonging: Belonging): RoutedApi {
  const current = new AsyncLocalStorage<HomeQuery>()
  const learned = new Map<string, HomeQuery>()
  const learn = (channel: string, query: HomeQuery) => {
    if (learned.size >= MOST_CHANNELS) learned.clear()
    learned.set(channel, query)
  }
  const queryOf = (args: Readonly<Record<string, unknown>>, near?: string): HomeQuery | undefined => {
    const channel = textOf(args['channel'] ?? near)
    const user = textOf(args['user'] ?? args['users'] ?? args['user_id'])
    const ofChannel = channel === null ? undefined : (ofTeam(belonging.teamOfChannel(channel)) ?? learned.get(channel))
    const ofUser = user === null ? undefined : ofTeam(belonging.teamOfUser(user))
    return current.getStore() ?? ofChannel ?? ofUser ?? ofTeam(belonging.defaultTeam)
  }
  return {
    within: (query, channel, work) => {
      if (channel !== null) learn(channel, query)
      return current.run(query, work)
    },
    call: async (method, args, answer, signal, near) => {
      const query = queryOf(args, near)
      const home = await pickHome(homes, query)
      const team = query?.team ?? null
      const needsTeam = 'isOrganisation' in home && home.isOrganisation && NEEDS_TEAM.includes(method)
      const sent = needsTeam && team !== null ? { ...args, team_id: team } : args
      const result = await home.api.call(method, sent, answer, signal)
      const channel = OpenedChannel.safeParse(result)
      if (channel.success && query !== undefined) learn(channel.data.channel.id, query)
      return result
    },
  }
}

/** The home of the query; else the only one there is; else the only organisation, to which the workspace then belongs. */
async function pickHome(homes: SlackHomes, query: HomeQuery | undefined): Promise<SlackHome | Pick<SlackHome, 'api'>> {
  const all = await homes.list()
  const found = query === undefined ? undefined : await homes.find(query)
  const organisations = all.filter((home) => home.isOrganisation)
  const home = found ?? onlyOf(all) ?? onlyOf(organisations)
  if (home !== undefined) return home
  const detail =
    all.length === 0
      ? 'The app is installed nowhere yet: open /slack/install.'
      : 'It is not clear in which workspace: name its team in countersign.yaml, and install the app there.'
  throw new VendorRejectedError('Slack', 0, 'not_authed', detail)
}

function onlyOf(homes: readonly SlackHome[]): SlackHome | undefined {
  return homes.length === 1 ? homes[0] : undefined
}

function ofTeam(team: string | null): HomeQuery | undefined {
  return team === null ? undefined : { team, enterprise: null, isOrganisation: false }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
