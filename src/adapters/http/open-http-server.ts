import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AddressInfo, Socket } from 'node:net'
import { createRefusalMeter } from './refusal-meter.ts'
import type { CountedRefusal } from './refusal-meter.ts'
import { faultAnswer } from './answers.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Route, RouteInventoryEntry } from './route.ts'
import { lingerThenClose } from './read-body.ts'
import { sendAnswer } from './send-answer.ts'
import type { AnswerRedactor } from './send-answer.ts'
import { serveRoute, unreachable } from './serve-route.ts'
import type { ServerState } from './serve-route.ts'
import type { Telemetry } from '../../ports/telemetry.ts'
import { tieRoute } from './route.ts'

export interface HttpServerOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Addresses and networks of proxies that are believed when they say for whom they ask; none by default. */
  readonly trustedProxies?: readonly string[]
  readonly log: Logger
  readonly telemetry: Telemetry
  /** `intake.maxBody`; default 1 MiB. */
  readonly bodyLimitBytes?: number
  /** Headers and body together must have come by then; default 10 s. */
  readonly requestTimeoutMs?: number
  /** Requests in work at once, beyond which 503 is answered; default 200. */
  readonly maxInWork?: number
  /** All bodies that are being read, together; default 32 MiB. */
  readonly maxBufferedBytes?: number
  /** The last guard against secrets in what routes answer; none by default. */
  readonly redact?: AnswerRedactor
  /** Told of every request that was refused before anybody was known to have sent it, counted. */
  readonly onRefused?: (refusal: CountedRefusal) => Promise<void>
}

export interface HttpServer {
  /** Every way in: method, path, how the caller is known, and what is then done. Only before `listen`. */
  mount<Who>(route: Route<Who>): void
  /** What is mounted, for the test that no route passes the check by. */
  readonly inventory: readonly RouteInventoryEntry[]
  listen(): Promise<{ readonly host: string; readonly port: number; readonly url: string }>
  /** Stops taking requests, ends streams, waits for what is in work, at most 5 s. */
  close(): Promise<void>
}

const BODY_LIMIT = 1_048_576
const REQUEST_TIMEOUT_MS = 10_000
const MAX_IN_WORK = 200
const MAX_BUFFERED = 32 * 1_048_576
const CLOSE_GRACE_MS = 5_000
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** The one HTTP server of the process: chat, console, webhooks and API are mounted on it. */
export function openHttpServer(options: HttpServerOptions): HttpServer {
  const app = createFastify(options)
  const meter = createRefusalMeter(
    async (refusal) => options.onRefused?.(refusal),
    (err) => options.log.error({ err }, 'refused requests could not be put on the audit log'),
  )
  const state: ServerState = {
    log: options.log,
    telemetry: options.telemetry,
    meter,
    bodyLimitBytes: options.bodyLimitBytes ?? BODY_LIMIT,
    budget: { maxBytes: options.maxBufferedBytes ?? MAX_BUFFERED, usedBytes: 0 },
    maxInWork: options.maxInWork ?? MAX_IN_WORK,
    redact: options.redact,
    inWork: 0,
    open: new Set(),
  }
  const inventory: RouteInventoryEntry[] = []
  return {
    inventory,
    mount: (route) => {
      const tied = tieRoute(route)
      inventory.push(tied.entry)
      serveRoute(app, tied, state)
    },
    listen: async () => {
      answerOtherMethods(app, inventory)
      await app.listen({ host: options.host, port: options.port })
      const { port } = app.server.address() as AddressInfo
      const host = options.host.includes(':') ? `[${options.host}]` : options.host
      return { host: options.host, port, url: `http://${host}:${port}` }
    },
    close: () => closeServer(app, state),
  }
}

function createFastify(options: HttpServerOptions): FastifyInstance {
  const requestTimeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
  const app = Fastify({
    logger: false,
    requestTimeout,
    trustProxy: [...(options.trustedProxies ?? [])],
    // Our own reader counts; this one only has to be out of its way.
    bodyLimit: Number.MAX_SAFE_INTEGER,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    http: {
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: Math.min(1_000, requestTimeout),
      maxHeaderSize: 16_384,
    },
    clientErrorHandler: answerBrokenRequest,
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
  })
  app.removeAllContentTypeParsers()
  app.setNotFoundHandler(async (_request, reply) => {
    await sendAnswer(
      reply,
      faultAnswer({ status: 404, code: 'not_found', message: 'There is nothing here.' }, 'problem'),
    )
  })
  app.setErrorHandler(async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status >= 500) options.log.error({ err: error, requestId: request.id }, 'a request failed before its route')
    const message = status >= 500 ? 'Something broke here; the log has the details.' : 'The request cannot be read.'
    await sendAnswer(
      reply,
      faultAnswer({ status, code: status >= 500 ? 'internal' : 'bad_request', message }, 'problem'),
    )
  })
  return app
}

/**
 * zod looks at what comes in, and answers are written by us. With none of its own, fastify would load and set up its
 * compilers of JSON schemas at every start, for no route.
 */
function refuseSchema(): never {
  throw new Error('A route has a schema of fastify. Parse its input with zod where the route is handled.')
}

/** What Node could not even parse, or what came too slowly: the socket gets a short plain answer and is closed. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const status = isSlow ? '408 Request Timeout' : isLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

/** A path that exists answers other methods with what it allows, rather than as if it were not there. */
function answerOtherMethods(app: FastifyInstance, inventory: readonly RouteInventoryEntry[]): void {
  for (const path of new Set(inventory.map((entry) => entry.path))) {
    const allowed = inventory.filter((entry) => entry.path === path).map((entry) => entry.method)
    const answer = faultAnswer(
      { status: 405, code: 'method_not_allowed', message: `Use ${allowed.join(' or ')} here.` },
      'problem',
    )
    const others = METHODS.filter((method) => !allowed.includes(method))
    app.route({
      method: others,
      url: path,
      exposeHeadRoute: false,
      onRequest: async (request, reply) => {
        lingerThenClose(request.raw)
        return sendAnswer(reply, { ...answer, headers: { ...answer.headers, allow: allowed.join(', ') } })
      },
      handler: unreachable,
    })
  }
}

async function closeServer(app: FastifyInstance, state: ServerState): Promise<void> {
  for (const controller of state.open) controller.abort()
  const impatience = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
  // A connection whose stream has just ended is kept alive by its client: it is idle now, so it may go.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  try {
    await app.close()
  } finally {
    clearTimeout(impatience)
    clearInterval(sweep)
  }
  await state.meter.flush()
}
