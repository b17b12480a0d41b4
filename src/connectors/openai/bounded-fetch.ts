import { sendRequest } from '../shared/http-request.ts'
import type { HttpRequest, HttpTiming } from '../shared/http-request.ts'

const VENDOR = 'The language model'
const MOST_BYTES = 512 * 1024
const DEFAULT_TIMEOUT_MS = 20_000
const METHODS: readonly HttpRequest['method'][] = ['GET', 'POST']

export interface BoundedFetchOptions {
  /** Default 20 s. */
  readonly timeoutMs: number | undefined
  readonly onTiming: ((timing: HttpTiming) => void) | undefined
}

/**
 * What the SDK sends, through our own client: an answer without end is cut, a dripping one ends at the deadline, and
 * a failure has one of our names.
 */
export function boundedFetch(options: BoundedFetchOptions): typeof fetch {
  return async (target, init) => {
    const answer = await sendRequest({
      vendor: VENDOR,
      url: target instanceof Request ? target.url : target,
      headers: Object.fromEntries(new Headers(init?.headers)),
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxResponseBytes: MOST_BYTES,
      // It costs tokens and changes nothing.
      effect: false,
      ...whatIsSent(init),
      ...(init?.signal == null ? {} : { signal: init.signal }),
      ...(options.onTiming === undefined ? {} : { onTiming: options.onTiming }),
    })
    const type = answer.headers['content-type'] ?? 'application/json'
    return new Response(new Uint8Array(answer.bytes), { status: answer.status, headers: { 'content-type': type } })
  }
}

function whatIsSent(init: RequestInit | undefined): Pick<HttpRequest, 'method' | 'body'> {
  const method = METHODS.find((one) => one === (init?.method ?? 'GET').toUpperCase())
  const body = init?.body ?? undefined
  if (method === undefined || (body !== undefined && typeof body !== 'string')) {
    throw new TypeError('The SDK sent a kind of request that is not expected here.')
  }
  return body === undefined ? { method } : { method, body }
}
