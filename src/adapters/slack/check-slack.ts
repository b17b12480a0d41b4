import { BOT_SCOPES } from './manifest/bot-scopes.ts'
import { AppError } from '../../kernel/errors.ts'
import { z } from 'zod'
import type { SlackHomes } from './homes/slack-homes.ts'
import type { SlackApi } from './outgoing/slack-api.ts'

/** What `doctor` prints of one permission. `remedy` is empty when nothing needs doing. */
export interface SlackFinding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly remedy: string
}

const Identity = z.object({
  team: z.string().default('?'),
  user: z.string().default('?'),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
})
const Channel = z.object({
  channel: z.object({ is_member: z.boolean().optional(), is_archived: z.boolean().optional() }),
})
const TIMEOUT_MS = 10_000

export interface SlackToCheck {
  readonly api: SlackApi
  /** Installed through OAuth; null with the one token. */
  readonly homes: SlackHomes | null
  /** With the app token; null over HTTP, where what matters shows only when Slack sends something. */
  readonly socketApi: SlackApi | null
  readonly channels: readonly string[]
}

/** A token that is refused says all there is to say: nothing else is asked with it. */
export async function checkSlack({ api, homes, socketApi, channels }: SlackToCheck): Promise<readonly SlackFinding[]> {
  const installed = homes === null ? [{ name: 'Slack', api }] : await installedOf(homes)
  if (installed.length === 0) {
    const remedy = 'Open /slack/install of this service in a browser.'
    return [{ name: 'Slack', ok: false, detail: 'the app is installed nowhere yet', remedy }]
  }
  const tokens = (await Promise.all(installed.map((home) => checkToken(home.api, home.name)))).flat()
  if (tokens.every(({ name, ok }) => !name.endsWith(' token') || !ok)) return tokens
  const members = await Promise.all([...new Set(channels)].map((channel) => checkChannel(api, channel)))
  const socket = socketApi === null ? [] : [await checkSocket(socketApi)]
  return [...tokens, ...socket, ...members]
}

async function installedOf(homes: SlackHomes): Promise<readonly { readonly name: string; readonly api: SlackApi }[]> {
  return (await homes.list()).map((home) => ({ name: `Slack ${home.id}`, api: home.api }))
}

/** Whose token it is, and what it may do. */
async function checkToken(api: SlackApi, name: string): Promise<readonly SlackFinding[]> {
  const remedy = 'Check SLACK_BOT_TOKEN and SLACK_API_URL, or install the app again at /slack/install.'
  const identity = await findingOf(`${name} token`, remedy, async () => {
    const answer = await api.call('auth.test', {}, Identity, AbortSignal.timeout(TIMEOUT_MS))
    return { answer, finding: { ok: true, detail: `${answer.user} in ${answer.team}`, remedy: '' } }
  })
  if (identity.answer === undefined) return [identity.finding]
  return [identity.finding, checkScopes(`${name} scopes`, identity.answer.response_metadata?.scopes)]
}

/** Asks for the address of a connection, and makes none. */
async function checkSocket(socketApi: SlackApi): Promise<SlackFinding> {
  const remedy = 'Check SLACK_APP_TOKEN: it needs the scope connections:write, and Socket Mode switched on.'
  const checked = await findingOf('Slack socket', remedy, async () => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const answer = await socketApi.call('apps.connections.open', {}, z.object({ url: z.string() }), signal)
    return { answer, finding: { ok: true, detail: 'may be opened', remedy: '' } }
  })
  return checked.finding
}

function checkScopes(name: string, granted: readonly string[] | undefined): SlackFinding {
  if (granted === undefined) return { name, ok: true, detail: 'Slack did not say which are granted', remedy: '' }
  const missing = BOT_SCOPES.filter(({ scope }) => !granted.includes(scope))
  if (missing.length === 0) return { name, ok: true, detail: 'all that are needed are granted', remedy: '' }
  return {
    name,
    ok: false,
    detail: `missing: ${missing.map(({ scope, why }) => `${scope} (${why})`).join('; ')}`,
    remedy: 'Add them under OAuth & Permissions and install the app again.',
  }
}

async function checkChannel(api: SlackApi, channel: string): Promise<SlackFinding> {
  const checked = await findingOf(`Slack channel ${channel}`, 'Check the id in countersign.yaml.', async () => {
    const answer = await api.call('conversations.info', { channel }, Channel, AbortSignal.timeout(TIMEOUT_MS))
    return { answer, finding: judgeChannel(answer.channel) }
  })
  return checked.finding
}

function judgeChannel(channel: z.infer<typeof Channel>['channel']): Omit<SlackFinding, 'name'> {
  if (channel.is_archived === true) {
    return { ok: false, detail: 'it is archived', remedy: 'Name another channel in countersign.yaml.' }
  }
  return channel.is_member === true
    ? { ok: true, detail: 'the bot is a member', remedy: '' }
    : { ok: false, detail: 'the bot is not a member', remedy: 'Type /invite and the bot’s name in the channel.' }
}

async function findingOf<Answer>(
  name: string,
  remedy: string,
  ask: () => Promise<{ answer: Answer; finding: Omit<SlackFinding, 'name'> }>,
): Promise<{ answer: Answer | undefined; finding: SlackFinding }> {
  try {
    const { answer, finding } = await ask()
    return { answer, finding: { name, ...finding } }
  } catch (error) {
    const detail = error instanceof AppError ? error.message : String(error)
    return { answer: undefined, finding: { name, ok: false, detail, remedy } }
  }
}
