import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { HttpAnswer } from '../../http/answers.ts'
import type { HttpHead } from '../../http/route.ts'

/** A request and a response as Slack's library wants them, without a connection: it reads two headers and writes four. */
export interface NodeExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What the library wrote; its body is not taken over. */
  readonly answer: (body: HttpAnswer['body']) => HttpAnswer
}

export function nodeExchange(head: HttpHead): NodeExchange {
  const request = new IncomingMessage(new Socket())
  request.method = head.method
  request.url = `${head.path}?${head.query.toString()}`
  request.headers = { host: 'localhost', cookie: head.header('cookie') ?? '' }
  const response = new ServerResponse(request)
  return {
    request,
    response,
    answer: (body) => {
      const location = response.getHeader('location')
      const cookie = response.getHeader('set-cookie')
      return {
        status: response.statusCode,
        headers: {
          ...(typeof location === 'string' ? { location } : {}),
          // Sent along when Slack leads back, and with no request that another site makes in the background.
          ...(cookie === undefined ? {} : { 'set-cookie': `${String(cookie)}; SameSite=Lax` }),
        },
        body,
      }
    },
  }
}
