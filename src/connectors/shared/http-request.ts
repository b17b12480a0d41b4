import type { IncomingHttpHeaders } from 'node:http'
import type { LookupFunction } from 'node:net'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../kernel/vendor-errors.ts'
import { openDeadline } from '../../kernel/deadline.ts'
import { exchange } from './http-exchange.ts'
import { cleanExcerpt, describeErrorBody } from './describe-error-body.ts'
import { retryAfterMs } from './retry-after.ts'
import { watch } from './watch.ts'
import { VendorReadFailedError } from './vendor-read-failed-error.ts'
import type { AppError } from '../../kernel/errors.ts'
import type { ExchangeResult, ExchangeTimes, HttpExchange } from './http-exchange.ts'

export interface HttpRequest {
  /** As the reader knows it: `Argo CD`, `Prometheus`. */
  readonly vendor: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string | URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** For the whole exchange: connecting, sending, and the last byte of the answer. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Default 4 MiB. */
  readonly maxResponseBytes?: number
  /**
   * True when the request may change something at the vendor: then whatever fails after the connection stood is
   * `VendorUnknownError`. False for reads, whatever their method: then it is a plain failure that may be tried again.
   */
  readonly effect: boolean
  /** Statuses that are answers and not errors; default 200-299. */
  readonly accepts?: (status: number) => boolean
  /** Pins the address, for hosts that come from data. */
  readonly lookup?: LookupFunction
  /** Called once, whatever came of it. */
  readonly onTiming?: (timing: HttpTiming) => void
}

export interface HttpTiming {
  readonly vendor: string
  readonly method: string
  /** null when no answer came. */
  readonly status: number | null
  /** null when the connection never stood. */
  readonly connectedAfterMs: number | null
  readonly firstByteAfterMs: number | null
  readonly totalMs: number
}

export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

const DEFAULT_MAX_BYTES = 4 * 1024 * 1024
const SECRET_HEADERS = ['authorization', 'x-api-key', 'cookie', 'x-routing-key']

/**
 * The one way out to a vendor over HTTP (CONNECTORS C.7): one attempt, no redirects followed, the answer's size capped,
 * and every failure named by whether the request can have had its effect.
 */
export async function sendRequest(request: HttpRequest): Promise<HttpResponse> {
  const startedAtMs = performance.now()
  const times: ExchangeTimes = { connectedAtMs: null, firstByteAtMs: null }
  const deadline = openDeadline(watch, request.timeoutMs, request.signal)
  if (deadline.signal.aborted) {
    deadline.end()
    throw new VendorUnreachableError(request.vendor, 'it was stopped before it began')
  }
  const result = await attempt(request, deadline.signal, times).finally(deadline.end)
  request.onTiming?.({
    vendor: request.vendor,
    method: request.method,
    status: 'status' in result ? result.status : null,
    connectedAfterMs: times.connectedAtMs === null ? null : times.connectedAtMs - startedAtMs,
    firstByteAfterMs: times.firstByteAtMs === null ? null : times.firstByteAtMs - startedAtMs,
    totalMs: performance.now() - startedAtMs,
  })
  return judge(request, result, deadline.isLate())
}

async function attempt(request: HttpRequest, deadline: AbortSignal, times: ExchangeTimes): Promise<ExchangeResult> {
  const outgoing: HttpExchange = {
    method: request.method,
    url: new URL(request.url),
    headers: request.headers ?? {},
    body: request.body,
    deadline,
    maxResponseBytes: request.maxResponseBytes ?? DEFAULT_MAX_BYTES,
    effect: request.effect,
    lookup: request.lookup,
  }
  const first = await exchange(outgoing, times)
  // The other side closed a kept connection while we wrote to it: that says nothing about the vendor, so a read is
  // sent once more. Effects never use a kept connection.
  const wasStale = first.kind === 'unanswered' && first.wasReused && !request.effect && !deadline.aborted
  return wasStale ? exchange({ ...outgoing, effect: true }, times) : first
}

function judge(request: HttpRequest, result: ExchangeResult, isLate: boolean): HttpResponse {
  switch (result.kind) {
    case 'answered':
      return judgeAnswer(request, result)
    case 'broken':
      if (isRefusal(result.status)) {
        throw new VendorRejectedError(request.vendor, result.status, '', 'its answer could not be read to the end')
      }
      throw lost(request, describeCause(request, result.cause, isLate), result.cause)
    case 'unanswered':
      throw lost(request, describeCause(request, result.cause, isLate), result.cause)
    case 'not_sent':
      throw new VendorUnreachableError(request.vendor, describeCause(request, result.cause, isLate), {
        cause: result.cause,
      })
  }
}

function judgeAnswer(request: HttpRequest, answer: HttpResponse): HttpResponse {
  const { status } = answer
  const accepts = request.accepts ?? ((candidate: number) => candidate >= 200 && candidate < 300)
  if (accepts(status)) return { status, headers: answer.headers, bytes: answer.bytes }
  const retryAfter = answer.headers['retry-after']
  if (status === 429 || (status === 503 && retryAfter !== undefined && !request.effect)) {
    throw new VendorBusyError(request.vendor, retryAfterMs(retryAfter, Date.now()))
  }
  const { vendorCode, detail } = describeErrorBody(answer.bytes, secretsOf(request))
  if (status >= 300 && status < 400) {
    throw new VendorRejectedError(
      request.vendor,
      status,
      'redirect',
      `it points to ${whereTo(answer)}; use that address`,
    )
  }
  if (isRefusal(status)) throw new VendorRejectedError(request.vendor, status, vendorCode, detail)
  throw lost(request, `it answered ${String(status)}: ${detail}`, undefined)
}

/** Statuses by which a vendor says that it did not do it. 408 comes from proxies that gave up waiting. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408
}

function lost(request: HttpRequest, detail: string, cause: Error | undefined): AppError {
  return request.effect
    ? new VendorUnknownError(request.vendor, detail, { cause })
    : new VendorReadFailedError(request.vendor, detail, { cause })
}

function describeCause(request: HttpRequest, cause: Error, isLate: boolean): string {
  if (isLate) return `no answer within ${String(request.timeoutMs / 1000)} s`
  if (request.signal?.aborted === true) return 'it was stopped before an answer came'
  const code = 'code' in cause && typeof cause.code === 'string' ? `${cause.code}: ` : ''
  return `${code}${cleanExcerpt(cause.message || 'connection failed', secretsOf(request))}`
}

function whereTo(answer: HttpResponse): string {
  const location = answer.headers.location ?? ''
  return URL.canParse(location) ? new URL(location).host : 'another address'
}

/** What we sent and nobody may read back: whole header values, and the token after its scheme. */
function secretsOf(request: HttpRequest): readonly string[] {
  return Object.entries(request.headers ?? {})
    .filter(([name]) => SECRET_HEADERS.includes(name.toLowerCase()))
    .flatMap(([, value]) => [value, value.slice(value.lastIndexOf(' ') + 1), value.slice(value.lastIndexOf('=') + 1)])
    .filter((secret) => secret.length >= 4)
}
