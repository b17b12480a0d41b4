import { createRequire } from 'node:module'
import { hushConsole } from './hush-console.ts'
import { errorOfAnswer, errorOfFailure } from './outgoing/teams-errors.ts'
import type * as BotBuilder from 'botbuilder'
import type { TeamsSettings } from './teams-settings.ts'
import type { TeamsTransport } from './outgoing/teams-transport.ts'

/**
 * Everything that Countersign has of botbuilder, which gets no fixes since the end of 2025: the check of the Bot
 * Framework's token, our own token, and the five calls of its connector. What it does badly is kept from it: it would
 * try a post again whose answer was lost and follow redirects, so the transport under it is ours and throws.
 */
export interface TeamsBot {
  /** Whether the token that came with an activity is the Bot Framework's, for us, for this channel and this address. */
  authenticate(activity: ActivityHead, authorization: string): Promise<TokenVerdict>
  createConversation(serviceUrl: string, parameters: object, signal: AbortSignal): Promise<unknown>
  send(serviceUrl: string, conversation: string, activity: object, signal: AbortSignal): Promise<unknown>
  update(to: MessageAddress, activity: object, signal: AbortSignal): Promise<unknown>
  getMember(serviceUrl: string, conversation: string, member: string, signal: AbortSignal): Promise<unknown>
  close(): void
}

export interface ActivityHead {
  readonly type: string
  readonly channelId: string
  readonly serviceUrl: string
}

export interface MessageAddress {
  readonly serviceUrl: string
  readonly conversation: string
  readonly message: string
}

/** `unavailable`: the keys could not be loaded, so nobody can tell; that is no refusal. */
export type TokenVerdict = 'genuine' | 'forged' | 'unavailable'

/** Tests speak to an OpenID server and take tokens of their own; nothing of the environment reaches this. */
export interface BotOverrides {
  readonly openIdMetadataUrl: string
  /** In place of a token from Microsoft's login; undefined sends none. */
  readonly outgoingToken?: string
}

type Authentication = BotBuilder.ConfigurationBotFrameworkAuthentication
type Options = NonNullable<ConstructorParameters<typeof BotBuilder.ConfigurationBotFrameworkAuthentication>[0]>
type Credentials = NonNullable<ConstructorParameters<typeof BotBuilder.ConfigurationBotFrameworkAuthentication>[1]>
type ClientOptions = NonNullable<ConstructorParameters<typeof BotBuilder.ConfigurationBotFrameworkAuthentication>[4]>
type Client = Awaited<ReturnType<ReturnType<Authentication['createConnectorFactory']>['create']>>
type HttpClient = NonNullable<ClientOptions['httpClient']>
type HttpAnswer = Awaited<ReturnType<HttpClient['sendRequest']>>

const CHANNEL = 'https://api.botframework.com'
const MOST_CLIENTS = 20

/** botbuilder is loaded here and only where Teams is configured: it costs 50 MB and 0.6 s of the start. */
export function createTeamsBot(settings: TeamsSettings, transport: TeamsTransport, overrides?: BotOverrides): TeamsBot {
  const sdk = createRequire(import.meta.url)('botbuilder') as typeof BotBuilder
  const authentication = new sdk.ConfigurationBotFrameworkAuthentication(
    optionsOf(settings, overrides),
    overrides === undefined ? undefined : credentialsOf(settings, overrides),
    undefined,
    undefined,
    { httpClient: httpClientOver(transport) },
  )
  const hushed = hushConsole()
  const clientFor = clientCache(authentication, settings.appId ?? '')
  const call = async <Answer>(serviceUrl: string, signal: AbortSignal, ask: (client: Client) => Promise<Answer>) => {
    try {
      signal.throwIfAborted()
      return await unlessStopped(signal, clientFor(serviceUrl).then(ask))
    } catch (error) {
      throw errorOfFailure(error)
    }
  }
  return {
    authenticate: (activity, authorization) => hushed.run(() => verdictOf(authentication, activity, authorization)),
    createConversation: (serviceUrl, parameters, signal) =>
      call(serviceUrl, signal, ({ conversations }) =>
        conversations.createConversation(parameters as never, { abortSignal: signal }),
      ),
    send: (serviceUrl, conversation, activity, signal) =>
      call(serviceUrl, signal, ({ conversations }) =>
        conversations.sendToConversation(conversation, activity as never, { abortSignal: signal }),
      ),
    update: ({ serviceUrl, conversation, message }, activity, signal) =>
      call(serviceUrl, signal, ({ conversations }) =>
        conversations.updateActivity(conversation, message, activity as never, { abortSignal: signal }),
      ),
    getMember: (serviceUrl, conversation, member, signal) =>
      call(serviceUrl, signal, ({ conversations }) =>
        conversations.getConversationMember(conversation, member, { abortSignal: signal }),
      ),
    close: () => hushed.close(),
  }
}

/** botbuilder's own names; naming one address means that all must be named. */
function optionsOf(settings: TeamsSettings, overrides: BotOverrides | undefined): Options {
  const { appId, appPassword, tenantId, appType } = settings
  const own = {
    ...(appId === null ? {} : { MicrosoftAppId: appId, MicrosoftAppType: appType }),
    ...(appPassword === null ? {} : { MicrosoftAppPassword: appPassword }),
    ...(tenantId === null ? {} : { MicrosoftAppTenantId: tenantId }),
  }
  if (overrides === undefined) return own
  return {
    ...own,
    ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
    ToChannelFromBotOAuthScope: CHANNEL,
    ToBotFromChannelTokenIssuer: CHANNEL,
    OAuthUrl: CHANNEL,
    ToBotFromChannelOpenIdMetadataUrl: overrides.openIdMetadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: overrides.openIdMetadataUrl,
    ValidateAuthority: true,
  }
}

function credentialsOf({ appId }: TeamsSettings, { outgoingToken }: BotOverrides): Credentials {
  const signRequest = async (request: { headers: { set(name: string, value: string): void } }) => {
    if (outgoingToken !== undefined) request.headers.set('Authorization', `Bearer ${outgoingToken}`)
    return request
  }
  const factory = {
    isValidAppId: async (given: string) => given === appId,
    isAuthenticationDisabled: async () => appId === null,
    createCredentials: async () => ({ signRequest }),
  }
  return factory as unknown as Credentials
}

/** One client an address: each holds a pipeline of a dozen policies. */
function clientCache(authentication: Authentication, appId: string): (serviceUrl: string) => Promise<Client> {
  const clients = new Map<string, Promise<Client>>()
  // Two claims are all that botbuilder asks of an identity here, and its class is not among what it exports.
  const claims: Readonly<Record<string, string>> = { aud: appId, appid: appId }
  const identity = { isAuthenticated: true, getClaimValue: (name: string) => claims[name] ?? null }
  const factory = authentication.createConnectorFactory(identity as never)
  return (serviceUrl) => {
    const known = clients.get(serviceUrl)
    if (known !== undefined) return known
    if (clients.size >= MOST_CLIENTS) clients.clear()
    const client = factory.create(serviceUrl, CHANNEL)
    clients.set(serviceUrl, client)
    client.catch(() => clients.delete(serviceUrl))
    return client
  }
}

/** Answers other than 2xx, and none at all, leave as errors of ours, which botbuilder's own retries let pass. */
function httpClientOver(transport: TeamsTransport): HttpClient {
  return {
    sendRequest: async (request) => {
      const answer = await transport.send({
        url: request.url,
        method: request.method,
        headers: request.headers.rawHeaders(),
        body: typeof request.body === 'string' ? request.body : undefined,
        signal: request.abortSignal as AbortSignal | undefined,
      })
      if (answer.status < 200 || answer.status > 299) throw errorOfAnswer(answer)
      const headers = { toJson: () => answer.headers } as unknown as HttpAnswer['headers']
      return { request, status: answer.status, headers, bodyAsText: answer.text }
    },
  }
}

/** Getting a token knows no signal; what would be sent after the end of waiting is stopped by the transport. */
async function unlessStopped<Answer>(signal: AbortSignal, work: Promise<Answer>): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => {
    setTimeout(() => reject(new Error('stopped while its token was asked for')), GRACE_MS).unref()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The transport, which hears the same signal, knows better whether anything was sent: it speaks first. */
const GRACE_MS = 250

/**
 * botbuilder answers 500 for a wrong key, another algorithm or none: whatever it says against a token is a refusal,
 * unless the keys themselves could not be had.
 */
async function verdictOf(
  authentication: Authentication,
  activity: ActivityHead,
  authorization: string,
): Promise<TokenVerdict> {
  try {
    const { claimsIdentity } = await authentication.authenticateRequest(activity as never, authorization)
    return claimsIdentity.isAuthenticated ? 'genuine' : 'forged'
  } catch (error) {
    return isAboutKeys(error) ? 'unavailable' : 'forged'
  }
}

function isAboutKeys(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const status = 'statusCode' in error ? error.statusCode : undefined
  return error.name === 'FetchError' || error.name === 'AbortError' || status === 500
}
