import http from 'node:http'
import { hungUp } from '../hung-up.ts'
import type { AddressInfo } from 'node:net'

export interface ChatRequest {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly response_format?: { readonly type: string }
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
}

export type FakeModelAnswer =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: string
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'raw'; readonly body: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'drip' }
  | { readonly kind: 'endless' }

/** A real HTTP server with the chat completions interface; each request is answered by the function. */
export interface FakeOpenAi {
  readonly baseUrl: string
  readonly requests: readonly { readonly authorization: string; readonly body: ChatRequest }[]
  respond: (request: ChatRequest) => FakeModelAnswer
  close(): Promise<void>
}

export async function startFakeOpenAi(respond: FakeOpenAi['respond']): Promise<FakeOpenAi> {
  const requests: { authorization: string; body: ChatRequest }[] = []
  const server = http.createServer((incoming, outgoing) => {
    void readBody(incoming).then((body) => {
      requests.push({ authorization: incoming.headers.authorization ?? '', body })
      give(fake.respond(body), incoming, outgoing)
    }, hungUp)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeOpenAi = {
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
    requests,
    respond,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return fake
}

async function readBody(incoming: http.IncomingMessage): Promise<ChatRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest
}

function give(answer: FakeModelAnswer, incoming: http.IncomingMessage, outgoing: http.ServerResponse): void {
  outgoing.setHeader('content-type', 'application/json')
  switch (answer.kind) {
    case 'text':
      outgoing.end(completion(answer.text))
      return
    case 'raw':
      outgoing.end(answer.body)
      return
    case 'status':
      outgoing.writeHead(answer.status, answer.headers).end(answer.body ?? '{"error":{"message":"no"}}')
      return
    case 'hang':
      return
    case 'reset':
      incoming.socket.destroy()
      return
    case 'drip': {
      const timer = setInterval(() => outgoing.write(' '), 20)
      outgoing.on('close', () => {
        clearInterval(timer)
      })
      return
    }
    case 'endless': {
      const more = () => outgoing.writable && outgoing.write('{"choices":['.repeat(10_000), more)
      more()
    }
  }
}

function completion(text: string): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'fake-1',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  })
}
