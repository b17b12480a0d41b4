import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Admission, HttpHead, HttpRequest, MountedRoute } from './route.ts'
import type { BodyBudget } from './read-body.ts'
import { faultAnswer } from './answers.ts'
import type { HttpAnswer } from './answers.ts'
import { faultOfError } from './fault-of-error.ts'
import { headOf } from './request-of.ts'
import { HttpFault } from './http-fault.ts'
import { lingerThenClose, readBody, tooBusy, tooLarge } from './read-body.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { RefusalMeter } from './refusal-meter.ts'
import { sendAnswer } from './send-answer.ts'
import { sourceIpOf } from './source-ip.ts'
import type { AnswerRedactor } from './send-answer.ts'
import type { Telemetry } from '../../ports/telemetry.ts'

export interface ServerState {
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly meter: RefusalMeter
  readonly bodyLimitBytes: number
  readonly budget: BodyBudget
  readonly maxInWork: number
  readonly redact: AnswerRedactor | undefined
  inWork: number
  /** One per request in work or stream: aborted when the server stops. */
  readonly open: Set<AbortController>
}

/**
 * The whole life of a request, in the first hook, before fastify looks at its content type or its body: refuse what is
 * too large or compressed, check who sends, read the body, check its signature, handle, answer.
 */
export function serveRoute(app: FastifyInstance, route: MountedRoute, state: ServerState): void {
  app.route({
    method: route.entry.method,
    url: route.entry.path,
    onRequest: async (request, reply) => serve(request, reply, { route, state }),
    handler: unreachable,
  })
}

export async function unreachable(): Promise<never> {
  throw new Error('The request hook has answered already.')
}

interface Place {
  readonly route: MountedRoute
  readonly state: ServerState
}

async function serve(request: FastifyRequest, reply: FastifyReply, place: Place): Promise<FastifyReply> {
  const { route, state } = place
  const startedMs = performance.now()
  const controller = new AbortController()
  state.open.add(controller)
  reply.raw.once('close', () => {
    state.open.delete(controller)
    controller.abort()
  })
  const head = headOf(request, controller.signal)
  const answer = await answerOf(head, request, place)
  if (!request.raw.complete) lingerThenClose(request.raw)
  const labels = { route: route.entry.path, method: route.entry.method, status: String(answer.status) }
  state.telemetry.observeSeconds('http_request', labels, (performance.now() - startedMs) / 1000)
  return sendAnswer(reply, answer, state.redact)
}

/** Every error becomes an answer here; what failed before the sender was known counts as a refusal. */
async function answerOf(head: HttpHead, request: FastifyRequest, place: Place): Promise<HttpAnswer> {
  const { route, state } = place
  let admission: Admission | undefined
  try {
    requirePlainBody(request, state)
    admission = await route.admitHead?.(head)
    if (admission?.ok === false) return refuse(head, admission, place)
    const body = await bodyOf(request, state)
    const whole: HttpRequest = { ...head, body }
    admission ??= await route.admit(whole)
    if (!admission.ok) return refuse(head, admission, place)
    return await inWork(state, admission, whole)
  } catch (error) {
    const fault = faultOfError(error)
    if (fault.status >= 500) {
      const level = fault.status === 503 ? 'warn' : 'error'
      state.log[level]({ err: error, requestId: head.id, route: route.entry.path }, 'a request could not be served')
    } else if (admission === undefined) state.meter.add(route.entry.source, fault.code, sourceIpOf(head))
    return faultAnswer(fault, route.errors)
  }
}

function refuse(head: HttpHead, admission: Extract<Admission, { ok: false }>, { route, state }: Place): HttpAnswer {
  state.meter.add(route.entry.source, admission.reason, sourceIpOf(head))
  if (admission.answer !== undefined) return admission.answer
  return faultAnswer(
    {
      status: 401,
      code: 'not_authenticated',
      message: `The request did not prove who sends it (${route.entry.authentication}). Check the secret on both sides.`,
    },
    route.errors,
  )
}

/** Before a byte is read: an announced length over the limit, and compression, which could hide any size. */
function requirePlainBody(request: FastifyRequest, state: ServerState): void {
  // Node joins repeated ones with a comma, so that a second one cannot hide behind the first.
  const encoding = request.raw.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity') {
    throw new HttpFault({ status: 415, code: 'compressed', message: 'Send the body without content-encoding.' })
  }
  if (Number(request.raw.headers['content-length'] ?? 0) > state.bodyLimitBytes) throw tooLarge(state.bodyLimitBytes)
}

const EMPTY = new Uint8Array(0)

async function bodyOf(request: FastifyRequest, state: ServerState): Promise<Uint8Array> {
  const { method } = request.raw
  if (method === 'GET' || method === 'HEAD') return EMPTY
  return readBody(request.raw, state.bodyLimitBytes, state.budget)
}

/** Beyond the bound the sender is told to come again, instead of everybody waiting in one growing queue. */
async function inWork(
  state: ServerState,
  admission: Extract<Admission, { ok: true }>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  if (state.inWork >= state.maxInWork) throw tooBusy()
  state.inWork += 1
  try {
    return await admission.handle(request)
  } finally {
    state.inWork -= 1
  }
}
