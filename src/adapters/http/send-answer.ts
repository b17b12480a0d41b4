import { Readable } from 'node:stream'
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

export async function sendAnswer(reply: FastifyReply, answer: HttpAnswer): Promise<FastifyReply> {
  reply.code(answer.status).headers({ ...SECURITY_HEADERS, ...answer.headers })
  const { body } = answer
  switch (body.kind) {
    case 'none':
      return reply.send()
    case 'text':
      return reply.header('content-type', body.contentType).send(body.text)
    case 'bytes':
      return reply.header('content-type', body.contentType).send(Buffer.from(body.bytes))
    case 'stream':
      return reply.header('content-type', body.contentType).send(Readable.from(body.chunks))
  }
}
