import http from 'node:http'
import type { AddressInfo } from 'node:net'

export type Misbehaviour = (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => unknown

/** A server that answers as it is told, byte by byte: what no well-behaved one would send. */
export class BrokenServer {
  readonly url: string
  readonly #server: http.Server
  readonly #answers: Map<string, Misbehaviour>
  readonly #asked: string[]

  private constructor(server: http.Server, answers: Map<string, Misbehaviour>, asked: string[]) {
    this.#server = server
    this.#answers = answers
    this.#asked = asked
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  }

  static async listen(): Promise<BrokenServer> {
    const answers = new Map<string, Misbehaviour>()
    const asked: string[] = []
    const server = http.createServer((incoming, outgoing) => {
      const { pathname } = new URL(incoming.url ?? '/', 'http://fake.invalid')
      asked.push(pathname)
      const answer = answers.get(pathname)
      if (answer === undefined) outgoing.writeHead(404).end()
      else answer(incoming, outgoing)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new BrokenServer(server, answers, asked)
  }

  answer(path: string, misbehave: Misbehaviour): void {
    this.#answers.set(path, misbehave)
  }

  asked(path: string): number {
    return this.#asked.filter((one) => one === path).length
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    this.#server.closeAllConnections()
    await closed
  }
}
