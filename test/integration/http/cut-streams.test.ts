import { afterEach, expect, it } from '@jest/globals'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import { streamAnswer } from '../../../src/adapters/http/answers.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'
import type { Logger } from '../../../src/kernel/logger.ts'

let server: HttpServer
afterEach(() => server.close())

it('takes it for granted that a browser leaves in the middle of a live stream', async () => {
  const said: unknown[] = []
  const note = (fields: object, message: string): void => {
    said.push({ message, ...fields })
  }
  const log: Logger = { ...silentLogger, warn: note, error: note, child: () => log }
  server = openHttpServer({ host: '127.0.0.1', port: 0, log, telemetry: silentTelemetry })
  let hasEnded = false
  async function* ticks(signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    try {
      yield 'first\n'
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true })
      })
    } finally {
      hasEnded = true
    }
  }
  server.mount({
    ...{ method: 'GET', path: '/live', source: 'test' },
    authentication: { kind: 'none', why: 'a test', who: null },
    handle: (request) => streamAnswer('text/plain', ticks(request.signal)),
  })
  const { url } = await server.listen()
  const leaving = new AbortController()
  const answer = await fetch(`${url}/live`, { signal: leaving.signal })
  await answer.body?.getReader().read()

  leaving.abort()

  await waitUntil('the stream to end', () => hasEnded)
  // A request after it: whatever the first one left to be said has been said by then.
  expect((await fetch(`${url}/nowhere`)).status).toBe(404)
  expect(said).toEqual([])
})
