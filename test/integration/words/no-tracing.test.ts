import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { RunnableLambda } from '@langchain/core/runnables'
import { openAiModel } from '../../../src/connectors/openai/openai-model.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import { eventually } from '../operations/eventually.ts'
import type { FakeOpenAi } from '../../fakes/openai/fake-openai.ts'

/** What langchain would send its traces to, and all that it was sent. */
let tracer: http.Server
let sent: string
let model: FakeOpenAi
const before = { ...process.env }
beforeEach(async () => {
  sent = ''
  tracer = http.createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => (sent += text))
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>((resolve) => tracer.listen(0, '127.0.0.1', resolve))
  model = await startFakeOpenAi(() => ({ kind: 'text', text: 'an answer' }))
  Object.assign(process.env, {
    LANGSMITH_TRACING: 'true',
    LANGSMITH_API_KEY: 'key',
    LANGSMITH_ENDPOINT: `http://127.0.0.1:${String((tracer.address() as AddressInfo).port)}`,
  })
})
afterEach(async () => {
  for (const name of ['LANGSMITH_TRACING', 'LANGSMITH_API_KEY', 'LANGSMITH_ENDPOINT']) {
    if (before[name] === undefined) Reflect.deleteProperty(process.env, name)
    else process.env[name] = before[name]
  }
  await model.close()
  tracer.closeAllConnections()
  await new Promise((resolve) => tracer.close(resolve))
})

it('a question leaves for the model and for nobody else, also where tracing is switched on; otherwise it would (the twin)', async () => {
  const request = { purpose: 'ask', system: 'answer', user: 'who?', answerSchema: {}, maxOutputTokens: 50, tools: [] }
  const said = await openAiModel({ apiKey: 'none', baseUrl: model.baseUrl, model: 'local' }).complete(
    request,
    AbortSignal.timeout(60_000),
  )
  expect(said.text).toBe('an answer')
  expect(model.requests).toHaveLength(1)

  // The same library, without our guard: its traces are sent in the order in which they came about.
  process.env['LANGSMITH_TRACING'] = 'true'
  await RunnableLambda.from((text: string) => text).invoke('unguarded', { runName: 'unguarded' })
  await eventually('the unguarded one is traced', () => sent.includes('unguarded'))

  expect(sent).not.toContain('who?')
})
