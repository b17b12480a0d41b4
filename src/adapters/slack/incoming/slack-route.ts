import { emptyAnswer, faultAnswer, jsonAnswer, textAnswer } from '../../http/answers.ts'
import { UrlVerification } from './schema.ts'
import { UnreadableJsonError } from '../../../kernel/parse-json.ts'
import { isSslCheck, parseBody } from './parse-body.ts'
import { readContentKind, verifyRequest } from './verify-request.ts'
import { readHomeQuery } from './home-query.ts'
import { sha256Hex } from '../../../kernel/sha256.ts'
import { readRequest } from './read-request.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { ContentKind } from './verify-request.ts'
import type { Dispatch } from './front-receiver.ts'
import type { ExpectForm } from '../triggered-forms.ts'
import type { HomeQuery } from '../homes/slack-homes.ts'
import type { HttpAnswer } from '../../http/answers.ts'
import type { HttpRequest, Route } from '../../http/route.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { ReadRequest } from './read-request.ts'
import type { ReplayGuard } from './replay-guard.ts'

export interface SlackFront {
  /** One, or two while one replaces the other. */
  readonly signingSecrets: readonly string[]
  /** Whether the app is installed where a request says that it comes from. */
  readonly isInstalled: (query: HomeQuery) => Promise<boolean>
  readonly replays: ReplayGuard
  readonly dispatch: Dispatch
  readonly expectForm: ExpectForm
  /** Told of what was genuine and still could not be taken. */
  readonly recordRefusal: (reason: string) => Promise<void>
  readonly log: Logger
  readonly clock: Clock
}

type Caller =
  { readonly kind: 'slack'; readonly content: ContentKind; readonly signature: string } | { readonly kind: 'ssl_check' }

/** Everything Slack sends comes in here: commands, presses, forms, events. Bolt sees only what has passed. */
export function slackRoute(front: SlackFront): Route<Caller> {
  return {
    method: 'POST',
    path: '/slack/events',
    source: 'slack',
    errors: 'webhook',
    authentication: {
      kind: 'body',
      name: 'Slack signature',
      check: (request) => authenticate(front, request),
    },
    handle: (request, caller) =>
      caller.kind === 'ssl_check' ? emptyAnswer(200) : answer(front, request, caller.content, caller.signature),
  }
}

function authenticate(front: SlackFront, request: HttpRequest) {
  const verified = verifyRequest(request, front.signingSecrets, front.clock.now().getTime())
  if (verified.isGenuine) {
    return { ok: true, who: { kind: 'slack', content: verified.content, signature: verified.signature } } as const
  }
  if (isSslCheck(request.body, readContentKind(request))) return { ok: true, who: { kind: 'ssl_check' } } as const
  if (verified.reason === 'stale') {
    // Signed, so it is Slack's own or a copy of it: either somebody plays it again, or a clock is wrong.
    front.log.warn({ skewSeconds: verified.skewSeconds }, 'slack request is signed but not fresh; check this clock')
  }
  return { ok: false, reason: verified.reason } as const
}

async function answer(
  front: SlackFront,
  request: HttpRequest,
  content: ContentKind,
  signature: string,
): Promise<HttpAnswer> {
  const read = readBody(request.body, content)
  // What people say to each other in our channels arrives as well: it costs no row, and a copy of it does nothing either.
  if (read !== 'malformed' && 'request' in read && read.request.kind === 'ignored') return emptyAnswer(200)
  const isRequest = read !== 'malformed' && 'request' in read
  const forget = isRequest ? front.expectForm(read.request, readHomeQuery(read.body)) : () => undefined
  try {
    return await answerFirst(front, request, signedBy(read, signature), signature, forget)
  } catch (error) {
    forget()
    throw error
  }
}

async function answerFirst(
  front: SlackFront,
  request: HttpRequest,
  read: Readable,
  signature: string,
  forget: () => void,
): Promise<HttpAnswer> {
  const first = await front.replays.begin(signature)
  if (!first.isNew) {
    forget()
    return emptyAnswer(first.status)
  }
  const given = await answerOnce(front, request, read)
  if (given.status !== 200) forget()
  // The answer does not wait for its record: a copy in between is told the same a moment later.
  front.replays.end(signature, given.status).catch((error: unknown) => {
    front.log.warn({ err: error }, 'slack answer could not be recorded')
  })
  return given
}

type Readable = ReadRequest | { readonly challenge: string } | 'malformed'

/** The signature itself is no secret once its five minutes are over; its hash is all that the record needs. */
function signedBy(read: Readable, signature: string): Readable {
  if (read === 'malformed' || !('request' in read) || !('place' in read.request)) return read
  return { ...read, request: { ...read.request, signatureHash: sha256Hex(signature) } }
}

async function answerOnce(front: SlackFront, request: HttpRequest, read: Readable): Promise<HttpAnswer> {
  if (read === 'malformed') {
    await front.recordRefusal('malformed')
    const message = 'Signed by Slack, but none of the shapes that Slack documents.'
    return faultAnswer({ status: 400, code: 'malformed', message }, 'webhook')
  }
  if ('challenge' in read) return textAnswer(200, 'text/plain; charset=utf-8', read.challenge)
  // Who was removed is told of it after they are gone.
  if (read.request.kind !== 'uninstalled' && !(await front.isInstalled(readHomeQuery(read.body)))) {
    await front.recordRefusal('unknown_team')
    const message = 'The app is not installed in this workspace. Install it at /slack/install.'
    return faultAnswer({ status: 401, code: 'unknown_team', message }, 'webhook')
  }
  const retry = request.header('x-slack-retry-num')
  const acknowledged = await front.dispatch(read, retry === undefined ? null : Number(retry))
  if (acknowledged.body === undefined) return emptyAnswer(acknowledged.status)
  return jsonAnswer(acknowledged.status, acknowledged.body)
}

function readBody(body: Uint8Array, content: ContentKind): Readable {
  let value: unknown
  try {
    value = parseBody(body, content)
  } catch (error) {
    if (error instanceof UnreadableJsonError) return 'malformed'
    throw error
  }
  const verification = UrlVerification.safeParse(value)
  if (verification.success) return { challenge: verification.data.challenge }
  return readRequest(value) ?? 'malformed'
}
