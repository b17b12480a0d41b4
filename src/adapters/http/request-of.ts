import type { FastifyRequest } from 'fastify'
import type { HttpHead } from './route.ts'

/** fastify's request in our words; nothing of the library leaves this folder. */
export function headOf(request: FastifyRequest, signal: AbortSignal): HttpHead {
  const { raw } = request
  const url = raw.url ?? '/'
  const questionMark = url.indexOf('?')
  const remoteAddress = raw.socket.remoteAddress ?? ''
  return {
    id: request.id,
    method: raw.method ?? '',
    path: questionMark < 0 ? url : url.slice(0, questionMark),
    params: (request.params ?? {}) as Readonly<Record<string, string>>,
    query: new URLSearchParams(questionMark < 0 ? '' : url.slice(questionMark + 1)),
    contentType: mediaType(singleHeader(raw.rawHeaders, 'content-type')),
    remoteAddress,
    // fastify's `host` and `protocol` believe a trusted proxy as well; nothing here asks for them.
    clientAddresses: [remoteAddress, ...(request.ips ?? []).slice(1)],
    header: (name) => singleHeader(raw.rawHeaders, name.toLowerCase()),
    hasHeader: (name) => name.toLowerCase() in raw.headers,
    signal,
  }
}

/** Node joins or drops repeated headers, each by its own rule; the raw list shows what was really sent. */
function singleHeader(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== name) continue
    if (found !== undefined) return undefined
    found = rawHeaders[index + 1]
  }
  return found
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
