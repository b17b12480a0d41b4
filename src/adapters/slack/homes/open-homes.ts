import { createInstaller } from '../install/create-installer.ts'
import { createRoutedApi } from './routed-api.ts'
import { createTokenSealer } from '../install/token-sealer.ts'
import { installedHomes } from './installed-homes.ts'
import { randomBytes } from 'node:crypto'
import { tokenHome } from './token-home.ts'
import { z } from 'zod'
import type { Bolt } from '../bolt-logger.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { DeliveryStore } from '../../../ports/delivery-store.ts'
import type { HomeQuery, SlackHomes } from './slack-homes.ts'
import type { Installer } from '../install/create-installer.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { RoutedApi } from './routed-api.ts'
import type { SlackApi } from '../outgoing/slack-api.ts'
import type { SlackOAuth } from '../install/slack-oauth.ts'
import type { webApi } from '@slack/bolt'

export interface HomesParts {
  /** `SLACK_BOT_TOKEN`; null with OAuth. */
  readonly botToken: string | null
  readonly oauth: SlackOAuth | undefined
  readonly deliveries: Pick<DeliveryStore, 'serve'>
  readonly clientOptions: webApi.WebClientOptions
  /** Base of the Web API, with `/api/`. */
  readonly apiUrl: string
  readonly apiOf: (token: string) => SlackApi
  readonly clock: Clock
  readonly log: Logger
}

export interface OpenHomes {
  readonly homes: SlackHomes
  readonly api: RoutedApi
  /** With OAuth. */
  readonly installer: Installer | null
  /** The app was taken out there, or its token was revoked. */
  remove(query: HomeQuery, reason: string): Promise<void>
}

/** Where the app is installed: the one place of the token, or all that were installed through OAuth. */
export function openHomes(bolt: Bolt, parts: HomesParts): OpenHomes {
  return parts.oauth === undefined ? homeOfToken(parts) : homesOfOAuth(bolt, parts, parts.oauth)
}

function homeOfToken({ botToken, apiOf, log }: HomesParts): OpenHomes {
  const api = apiOf(botToken ?? '')
  return {
    homes: tokenHome(api),
    api: { call: (method, args, answer, signal) => api.call(method, args, answer, signal), within: withinOne },
    installer: null,
    remove: async (_query, reason) => {
      log.error({ reason }, 'the app was removed in Slack; install it again and set SLACK_BOT_TOKEN')
    },
  }
}

const withinOne: RoutedApi['within'] = (_query, _channel, work) => work()

function homesOfOAuth(bolt: Bolt, parts: HomesParts, oauth: SlackOAuth): OpenHomes {
  const { apiOf, clock, log, clientOptions, deliveries } = parts
  const sealer = createTokenSealer(oauth.tokenKeys, randomBytes)
  const homes = installedHomes({ installations: oauth.installations, sealer, apiOf, clock, log })
  const installer = createInstaller(bolt, {
    oauth,
    sealer,
    deliveries,
    clientOptions,
    authorizationUrl: authorizationUrlOf(parts.apiUrl),
    revoke: async (token) => {
      await apiOf(token).call('auth.revoke', {}, z.object({ ok: z.literal(true) }), AbortSignal.timeout(5_000))
    },
    onInstalled: () => homes.forget(),
    log,
  })
  return {
    homes,
    api: createRoutedApi(homes, oauth),
    installer,
    remove: async ({ team, enterprise, isOrganisation }, reason) => {
      // One workspace that leaves takes nothing from the rest of its organisation.
      const id = isOrganisation || team === null ? enterprise : team
      if (id === null) return
      await oauth.installations.remove(id, reason)
      homes.forget()
    },
  }
}

const SLACK_AUTHORIZATION = 'https://slack.com/oauth/v2/authorize'

/** Slack's own page, or that of the stand-in where the API is one on loopback. */
function authorizationUrlOf(apiUrl: string): string {
  const { hostname, origin } = new URL(apiUrl)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  return isLoopback ? `${origin}/oauth/v2/authorize` : SLACK_AUTHORIZATION
}
