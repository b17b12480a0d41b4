export type HttpBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly contentType: string; readonly text: string }
  | { readonly kind: 'bytes'; readonly contentType: string; readonly bytes: Uint8Array }
  /** Sent as it comes, until the source ends, the client goes away or the server stops. */
  | { readonly kind: 'stream'; readonly contentType: string; readonly chunks: AsyncIterable<string> }

export interface HttpAnswer {
  readonly status: number
  /** Lower case; they replace the default security headers of the same name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: HttpBody
}

export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, body: { kind: 'none' } }
}

export function textAnswer(
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { status, headers, body: { kind: 'text', contentType, text } }
}

export function jsonAnswer(status: number, value: object, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return textAnswer(status, 'application/json; charset=utf-8', JSON.stringify(value), headers)
}

export function streamAnswer(
  contentType: string,
  chunks: AsyncIterable<string>,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { status: 200, headers, body: { kind: 'stream', contentType, chunks } }
}

export interface Fault {
  readonly status: number
  /** Stable, `snake_case`. */
  readonly code: string
  /** What happened and what to do. */
  readonly message: string
  /** Which field of the request is meant. */
  readonly field?: string
  readonly retryAfterSeconds?: number
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available',
}

/** An error as the route's callers expect it: RFC 9457 problem details, or the plain JSON of webhooks. */
export function faultAnswer(fault: Fault, style: 'problem' | 'webhook'): HttpAnswer {
  const retry = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }
  const field = fault.field === undefined ? {} : { field: fault.field }
  if (style === 'webhook') {
    return jsonAnswer(fault.status, { error: fault.code, message: fault.message, ...field }, retry)
  }
  const problem = {
    type: 'about:blank',
    title: TITLES[fault.status] ?? 'Error',
    status: fault.status,
    detail: fault.message,
    code: fault.code,
    ...field,
  }
  return textAnswer(fault.status, 'application/problem+json; charset=utf-8', JSON.stringify(problem), retry)
}
