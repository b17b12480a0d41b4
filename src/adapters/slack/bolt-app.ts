import { boltLogger } from './bolt-logger.ts'
import { readRequest } from './incoming/read-request.ts'
import type { App, Receiver, webApi } from '@slack/bolt'
import type { Bolt } from './bolt-logger.ts'
import type { Acknowledge, HandledRequest } from './slack-work.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ReplayGuard } from './incoming/replay-guard.ts'
import type { SlackRequest } from './incoming/slack-request.ts'

export interface BoltParts {
  readonly receiver: Receiver
  readonly botToken: string
  readonly clientOptions: webApi.WebClientOptions
  readonly replays: ReplayGuard
  /** Acknowledges it in time, and carries it out. */
  readonly handle: (request: HandledRequest, acknowledge: Acknowledge) => Promise<void>
  readonly recordRefusal: (reason: string) => Promise<void>
  readonly log: Logger
}

/**
 * Bolt with one listener of each kind that takes whatever comes: a request that no listener takes would wait three
 * seconds and then fail. Acknowledge first: Slack gives up after three seconds and shows the person an error.
 */
export function createBoltApp(bolt: Bolt, parts: BoltParts): App {
  const app = new bolt.App({
    receiver: parts.receiver,
    // Known already: Bolt would otherwise ask auth.test, at start or with every request.
    authorize: async ({ teamId, enterpriseId }) => ({
      botToken: parts.botToken,
      ...(teamId === undefined ? {} : { teamId }),
      ...(enterpriseId === undefined ? {} : { enterpriseId }),
    }),
    clientOptions: parts.clientOptions,
    convoStore: false,
    // Nothing of ours is an app_mention by a person, and who speaks is checked by ourselves.
    ignoreSelf: false,
    logger: boltLogger(bolt, parts.log),
  })
  app.use(async (args) => {
    const request = await admit(parts, args.body, args.context)
    if (request !== undefined) {
      args.context[REQUEST] = request
      await args.next()
      await parts.replays.end(request.key, 200)
    } else if ('ack' in args && typeof args.ack === 'function') await args.ack()
  })
  app.command(/.*/, async ({ ack, context }) => parts.handle(requestOf(context), () => ack()))
  app.action(/.*/, async ({ ack, context }) => parts.handle(requestOf(context), () => ack()))
  app.shortcut(/.*/, async ({ ack, context }) => parts.handle(requestOf(context), () => ack()))
  app.view(/.*/, async ({ ack, context }) =>
    parts.handle(requestOf(context), (errors) => (errors === undefined ? ack() : ack(errors))),
  )
  app.event(/.*/, async ({ context }) => parts.handle(requestOf(context), async () => undefined))
  app.error(async (error) => {
    parts.log.error({ err: error }, 'slack request failed')
  })
  return app
}

/** Under this name the verified request travels through Bolt. */
const REQUEST = 'slackRequest'

/** Undefined when there is nothing to do: not for us, not readable, or done before. */
async function admit(
  parts: BoltParts,
  body: unknown,
  context: Readonly<Record<string, unknown>>,
): Promise<HandledRequest | undefined> {
  const verified = context[REQUEST] as SlackRequest | undefined
  const request = verified ?? readRequest(body)?.request
  if (request === undefined) {
    await parts.recordRefusal('malformed')
    return undefined
  }
  if (request.kind === 'ignored') return undefined
  // Slack sends an event again under a new signature, and a socket delivers anything twice.
  const mayRepeat = verified === undefined || request.key.startsWith('event ')
  if (mayRepeat && !(await parts.replays.begin(request.key)).isNew) return undefined
  return request
}

function requestOf(context: Readonly<Record<string, unknown>>): HandledRequest {
  return context[REQUEST] as HandledRequest
}
