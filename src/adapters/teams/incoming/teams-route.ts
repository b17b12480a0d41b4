import { Activity } from './schema.ts'
import { emptyAnswer, faultAnswer, textAnswer } from '../../http/answers.ts'
import { hasBotFrameworkShape } from './token-shape.ts'
import { isAllowedServiceUrl } from './service-url.ts'
import { isFromThisMachine } from './local-caller.ts'
import { parseJson } from '../../../kernel/parse-json.ts'
import { tenantOf } from './read-activity.ts'
import type { Authenticated, HttpRequest, Route } from '../../http/route.ts'
import type { GivenAnswer } from './answer-once.ts'
import type { HttpAnswer } from '../../http/answers.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { TeamsBot } from '../teams-bot.ts'
import type { TeamsSettings } from '../teams-settings.ts'

export interface TeamsFront {
  readonly settings: TeamsSettings
  readonly bot: Pick<TeamsBot, 'authenticate'>
  /** Answers may go to this machine: a local bot, and tests. */
  readonly isLoopbackAllowed: boolean
  /** Runs an activity that passed, once. */
  readonly dispatch: (activity: Activity) => Promise<GivenAnswer>
  /** Told of what was genuine and still could not be taken. */
  readonly recordRefusal: (reason: string) => Promise<void>
  readonly log: Logger
}

/** An activity is hundreds of bytes to some kilobytes; what is typed into a card comes with it. */
const MOST_BYTES = 262_144

/** Everything Teams sends comes in here. botbuilder sees only what has passed, and only to check its token. */
export function teamsRoute(front: TeamsFront): Route<Activity> {
  return {
    method: 'POST',
    path: '/api/messages',
    source: 'teams',
    errors: 'webhook',
    authentication: {
      kind: 'body',
      name: front.settings.appId === null ? 'loopback only (TEAMS_INSECURE_LOCAL)' : 'Bot Framework token',
      check: (request) => authenticate(front, request),
    },
    handle: (_request, activity) => answer(front, activity),
  }
}

type Checked = Authenticated<Activity>

async function authenticate(front: TeamsFront, request: HttpRequest): Promise<Checked> {
  const { appId } = front.settings
  if (request.body.byteLength > MOST_BYTES) return refused('too_large', 413, 'An activity is at most 256 KiB.')
  if (request.contentType !== 'application/json') return refused('content_type', 401, 'Activities are JSON.')
  const authorization = request.header('authorization')
  // Before anything is parsed: who shows no token of the right kind is not read.
  if (appId === null ? !isFromThisMachine(request) : !hasBotFrameworkShape(authorization, appId)) {
    return { ok: false, reason: appId === null ? 'not_local' : 'no_token' }
  }
  const activity = readBody(request.body)
  if (activity === undefined) return refused('malformed', 400, 'The body is no activity of Teams.')
  if (appId === null) return { ok: true, who: activity }
  return checkToken(front, activity, authorization ?? '')
}

async function checkToken(front: TeamsFront, activity: Activity, authorization: string): Promise<Checked> {
  if (activity.channelId !== 'msteams') return { ok: false, reason: 'other_channel' }
  switch (await front.bot.authenticate(activity, authorization)) {
    case 'genuine':
      return { ok: true, who: activity }
    case 'forged':
      return { ok: false, reason: 'bad_token' }
    case 'unavailable':
      front.log.warn({}, 'the keys of the Bot Framework cannot be loaded; nothing from Teams is taken until they can')
      return refused('no_keys', 503, 'The keys that tokens are checked with cannot be loaded. Send it again.')
  }
}

function refused(reason: string, status: number, message: string): Checked {
  return { ok: false, reason, answer: faultAnswer({ status, code: reason, message }, 'webhook') }
}

/** Undefined for anything but a sound activity, too deep or too many values among it. */
function readBody(body: Uint8Array): Activity | undefined {
  try {
    return Activity.safeParse(parseJson(body)).data
  } catch {
    return undefined
  }
}

async function answer(front: TeamsFront, activity: Activity): Promise<HttpAnswer> {
  const reason = whyNot(front, activity)
  if (reason !== null) {
    await front.recordRefusal(reason)
    const message = 'Genuine, but not from where this installation takes activities. See docs/teams.md.'
    return faultAnswer({ status: 403, code: reason, message }, 'webhook')
  }
  const given = await front.dispatch(activity)
  return given === null ? emptyAnswer(200) : textAnswer(200, 'application/json; charset=utf-8', given)
}

function whyNot({ settings, isLoopbackAllowed }: TeamsFront, activity: Activity): string | null {
  const tenant = tenantOf(activity)
  if (tenant === null || (settings.tenantId !== null && tenant !== settings.tenantId)) return 'other_tenant'
  return isAllowedServiceUrl(activity.serviceUrl, isLoopbackAllowed) ? null : 'service_url'
}
