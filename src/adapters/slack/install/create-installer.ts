import { InstallRefusedError, readInstallation } from './read-installation.ts'
import { hkdfSync } from 'node:crypto'
import { BOT_SCOPES } from '../manifest/bot-scopes.ts'
import { boltLogger } from '../bolt-logger.ts'
import { nodeExchange } from './node-exchange.ts'
import { singleUseState } from './single-use-state.ts'
import type { Bolt } from '../bolt-logger.ts'
import type { DeliveryStore } from '../../../ports/delivery-store.ts'
import type { HttpAnswer } from '../../http/answers.ts'
import type { HttpHead } from '../../http/route.ts'
import type { NodeExchange } from './node-exchange.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { SlackOAuth } from './slack-oauth.ts'
import type { TokenSealer } from './token-sealer.ts'
import type { HTTPReceiver, InstallationStore, webApi } from '@slack/bolt'

export interface InstallerParts {
  readonly oauth: SlackOAuth
  readonly sealer: TokenSealer
  readonly deliveries: Pick<DeliveryStore, 'serve'>
  readonly clientOptions: webApi.WebClientOptions
  /** Slack's own, or the stand-in's when the API is on loopback. */
  readonly authorizationUrl: string
  /** A token that is not kept is given back. */
  readonly revoke: (token: string) => Promise<void>
  readonly onInstalled: () => void
  readonly log: Logger
}

export interface Installed {
  readonly kind: 'installed'
  readonly name: string
}

export interface NotInstalled {
  readonly kind: 'refused'
  readonly code: string
  readonly message: string
}

export interface Installer {
  /** A redirect to Slack, with a signed state that this browser alone holds. */
  begin(head: HttpHead): Promise<HttpAnswer>
  /** Slack leads back with a code, for which the token is given. */
  finish(head: HttpHead): Promise<{ readonly outcome: Installed | NotInstalled; readonly answer: NodeAnswer }>
}

type InstallProvider = NonNullable<HTTPReceiver['installer']>
type NodeAnswer = NodeExchange['answer']

const COOKIE = '__Host-countersign-slack-install'
const LIFE_SECONDS = 600
const REDIRECT_PATH = '/slack/oauth_redirect'

/** Slack's own library for the protocol; what is kept, and whether, is ours. */
export function createInstaller(bolt: Bolt, parts: InstallerParts): Installer {
  const { oauth } = parts
  const redirectUri = `${oauth.publicUrl}${REDIRECT_PATH}`
  const provider = createProvider(bolt, parts)
  return {
    begin: async (head) => {
      const exchange = nodeExchange(head)
      const options = {
        scopes: BOT_SCOPES.map(({ scope }) => scope),
        redirectUri,
      }
      await provider.handleInstallPath(exchange.request, exchange.response, undefined, options)
      return exchange.answer({ kind: 'none' })
    },
    finish: (head) => finish(provider, head),
  }
}

/** Bolt's receiver brings the provider along; nothing else of it is used, and it never listens. */
function createProvider(bolt: Bolt, parts: InstallerParts): InstallProvider {
  const { clientId, clientSecret } = parts.oauth
  const secret = new Uint8Array(hkdfSync('sha256', clientSecret, '', 'countersign slack install state', 32))
  const { installer } = new bolt.HTTPReceiver({
    signingSecret: '',
    signatureVerification: false,
    clientId,
    clientSecret,
    installationStore: storeOf(parts),
    logger: boltLogger(bolt, parts.log),
    installerOptions: {
      stateStore: singleUseState({ secret, lifeSeconds: LIFE_SECONDS, deliveries: parts.deliveries }),
      stateCookieName: COOKIE,
      stateCookieExpirationSeconds: LIFE_SECONDS,
      directInstall: true,
      authorizationUrl: parts.authorizationUrl,
      clientOptions: parts.clientOptions,
    },
  })
  if (installer === undefined) throw new TypeError('Bolt brought no install provider along.')
  return installer
}

async function finish(provider: InstallProvider, head: HttpHead) {
  const exchange = nodeExchange(head)
  let outcome: Installed | NotInstalled = refusalOf(undefined)
  await provider.handleCallback(exchange.request, exchange.response, {
    success: (installation) => {
      const home = installation.isEnterpriseInstall === true ? installation.enterprise : installation.team
      outcome = { kind: 'installed', name: home?.name ?? home?.id ?? 'Slack' }
    },
    failure: (error) => {
      outcome = refusalOf(error)
    },
  })
  return { outcome, answer: exchange.answer }
}

function storeOf({ oauth, sealer, revoke, onInstalled, log }: InstallerParts): InstallationStore {
  return {
    storeInstallation: async (installation) => {
      const { token, ...installed } = readInstallation(installation)
      if (!oauth.mayInstall(installed.id)) {
        await revoke(token).catch((error: unknown) => {
          log.warn({ err: error, installation: installed.id }, 'a token that is not kept could not be given back')
        })
        throw new InstallRefusedError(
          'not_listed',
          `${installed.id} is not one of ours, so nothing is kept of it. Name it under slack.workspaces in countersign.yaml, or one of its people in people.yaml.`,
        )
      }
      await oauth.installations.save({ ...installed, ...sealer.seal(installed.id, token) })
      onInstalled()
    },
    // Requests are tied to their installation by ourselves.
    fetchInstallation: () => Promise.reject(new Error('Nothing is fetched this way.')),
  }
}

const BEGIN_AGAIN = 'Begin again at /slack/install, in one browser, and finish within ten minutes.'
const REFUSALS: Readonly<Record<string, NotInstalled>> = {
  slack_oauth_invalid_state: {
    kind: 'refused',
    code: 'invalid_state',
    message: `This installation was not begun in this browser, took too long, or was finished before. ${BEGIN_AGAIN}`,
  },
  slack_oauth_missing_state: {
    kind: 'refused',
    code: 'invalid_state',
    message: `The state is missing. ${BEGIN_AGAIN}`,
  },
  slack_oauth_missing_code: { kind: 'refused', code: 'missing_code', message: `The code is missing. ${BEGIN_AGAIN}` },
  slack_oauth_installer_authorization_error: {
    kind: 'refused',
    code: 'access_denied',
    message: 'The installation was cancelled in Slack. Nothing is installed.',
  },
}

/** In fixed words: what came with the request, and what Slack answered, stands in none of them. */
function refusalOf(error: unknown): NotInstalled {
  if (error instanceof InstallRefusedError) return { kind: 'refused', code: error.code, message: error.message }
  const { code } = (error ?? {}) as { readonly code?: unknown }
  const known = typeof code === 'string' ? REFUSALS[code] : undefined
  return known ?? { kind: 'refused', code: 'not_exchanged', message: `Slack did not take the code. ${BEGIN_AGAIN}` }
}
