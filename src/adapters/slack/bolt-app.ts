import { boltLogger } from './bolt-logger.ts'
import { readHomeQuery } from './incoming/home-query.ts'
import { readRequest } from './incoming/read-request.ts'
import type { App, Receiver, webApi } from '@slack/bolt'
import type { Bolt } from './bolt-logger.ts'
import type { Acknowledge, AdmittedRequest } from './slack-work.ts'
import type { ExpectForm } from './triggered-forms.ts'
import type { HomeQuery } from './homes/slack-homes.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ReplayGuard } from './incoming/replay-guard.ts'
import type { SlackRequest } from './incoming/slack-request.ts'

export interface ArrivedRequest {
  readonly request: AdmittedRequest
  /** Which installation it came through. */
  readonly query: HomeQuery
}

export interface BoltParts {
  readonly receiver: Receiver
  /** The installation that a request belongs to; undefined when there is none. */
  readonly findHome: (query: HomeQuery) => Promise<object | undefined>
  readonly clientOptions: webApi.WebClientOptions
  readonly replays: ReplayGuard
  /** Acknowledges it in time, and carries it out. */
  readonly handle: (arrived: ArrivedRequest, acknowledge: Acknowledge) => Promise<void>
  readonly expectForm: ExpectForm
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
    // Bolt's own client is not used: which token speaks is ours to pick, and none lies about in its context.
    authorize: async ({ teamId, enterpriseId }, body) => {
      if ((await parts.findHome(readHomeQuery(body))) === undefined) throw new Error('The app is not installed there.')
      return {
        ...(teamId === undefined ? {} : { teamId }),
        ...(enterpriseId === undefined ? {} : { enterpriseId }),
      }
    },
    clientOptions: parts.clientOptions,
    convoStore: false,
    // Nothing of ours is an app_mention by a person, and who speaks is checked by ourselves.
    ignoreSelf: false,
    logger: boltLogger(bolt, parts.log),
  })
  app.use(async (args) => {
    const request = await admit(parts, args.body, args.context)
    if (request !== undefined) {
      args.context[ARRIVED] = { request, query: readHomeQuery(args.body) } satisfies ArrivedRequest
      await args.next()
      await parts.replays.end(request.key, 200)
    } else if ('ack' in args && typeof args.ack === 'function') await args.ack()
  })
  app.command(/.*/, async ({ ack, context }) => parts.handle(arrivedIn(context), () => ack()))
  app.action(/.*/, async ({ ack, context }) => parts.handle(arrivedIn(context), () => ack()))
  app.shortcut(/.*/, async ({ ack, context }) => parts.handle(arrivedIn(context), () => ack()))
  app.view(/.*/, async ({ ack, context }) =>
    parts.handle(arrivedIn(context), (errors) => (errors === undefined ? ack() : ack(errors))),
  )
  app.event(/.*/, async ({ context }) => parts.handle(arrivedIn(context), async () => undefined))
  app.error(async (error) => {
    parts.log.error({ err: error }, 'slack request failed')
  })
  return app
}

/** Under this name the verified request travels through Bolt. */
const REQUEST = 'slackRequest'
/** And under this one, with where it comes from, once it is admitted. */
const ARRIVED = 'slackArrived'

/** Undefined when there is nothing to do: not for us, not readable, or done before. */
async function admit(
  parts: BoltParts,
  body: unknown,
  context: Readonly<Record<string, unknown>>,
): Promise<AdmittedRequest | undefined> {
  const verified = context[REQUEST] as SlackRequest | undefined
  const request = verified ?? readRequest(body)?.request
  if (request === undefined) {
    await parts.recordRefusal('malformed')
    return undefined
  }
  if (request.kind === 'ignored') return undefined
  // Slack sends an event again under a new signature, and a socket delivers anything twice.
  const mayRepeat = verified === undefined || request.key.startsWith('event ')
  if (!mayRepeat) return request
  const forget = parts.expectForm(request, readHomeQuery(body))
  if ((await parts.replays.begin(request.key)).isNew) return request
  forget()
  return undefined
}

function arrivedIn(context: Readonly<Record<string, unknown>>): ArrivedRequest {
  return context[ARRIVED] as ArrivedRequest
}
