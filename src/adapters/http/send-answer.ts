import { Readable, pipeline } from 'node:stream'
import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { HttpAnswer } from './answers.ts'

/** Nothing is cached, framed, sniffed or run unless a route says otherwise. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Not no-referrer: with it browsers send `Origin: null` with our own forms, and the console refuses them.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Takes secrets out of a text that is about to be sent. Static files and streams, which hold no data, pass it by. */
export type AnswerRedactor = (text: string, contentType: string) => string

export async function sendAnswer(
  reply: FastifyReply,
  answer: HttpAnswer,
  redact: AnswerRedactor = (text) => text,
): Promise<FastifyReply> {
  reply.code(answer.status).headers({ ...SECURITY_HEADERS, ...answer.headers })
  const { body } = answer
  switch (body.kind) {
    case 'none':
      return reply.send()
    case 'text':
      return reply.header('content-type', body.contentType).send(redact(body.text, body.contentType))
    case 'bytes':
      return reply.header('content-type', body.contentType).send(Buffer.from(body.bytes))
    case 'stream':
      return sendStream(reply, body.contentType, body.chunks)
  }
}

/**
 * Taken out of fastify's hands: while a stream goes on it does not count as answered there, and the route's handler,
 * which is only reached when nothing has answered, would run as well.
 */
function sendStream(reply: FastifyReply, contentType: string, chunks: AsyncIterable<string>): FastifyReply {
  const headers = { ...reply.getHeaders(), 'content-type': contentType } as OutgoingHttpHeaders
  reply.hijack()
  reply.raw.writeHead(reply.statusCode, headers)
  reply.raw.flushHeaders()
  // A client that goes away is how most streams end.
  pipeline(Readable.from(chunks), reply.raw, () => undefined)
  return reply
}
