import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { checkModel } from '../../../src/connectors/openai/check-model.ts'
import { openAiModel } from '../../../src/connectors/openai/openai-model.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import { VendorBusyError, VendorRejectedError, VendorUnreachableError } from '../../../src/kernel/vendor-errors.ts'
import type { FakeModelAnswer, FakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { LanguageModel, ModelRequest } from '../../../src/ports/language-model.ts'

const REQUEST: ModelRequest = {
  purpose: 'summarize-incident',
  system: 'You write summaries.',
  user: 'Evidence: none',
  answerSchema: { type: 'object', properties: { sentences: { type: 'array' } } },
  maxOutputTokens: 50,
}
const signal = new AbortController().signal
let fake: FakeOpenAi
let model: LanguageModel

beforeEach(async () => {
  fake = await startFakeOpenAi(() => ({ kind: 'text', text: '{"sentences":[]}' }))
  model = open(20_000)
})
afterEach(() => fake.close())

const open = (timeoutMs: number) =>
  openAiModel({ apiKey: 'sk-test-key', baseUrl: fake.baseUrl, model: 'fake-1', timeoutMs })
const ENDLESS: readonly FakeModelAnswer['kind'][] = ['hang', 'drip', 'endless']

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
}

describe('an OpenAI-compatible model', () => {
  it('is asked once, with key, prompt, shape and limit, and its answer comes back as text', async () => {
    const answer = await model.complete(REQUEST, signal)

    expect(answer).toEqual({ text: '{"sentences":[]}', model: 'fake-1', inputTokens: 100, outputTokens: 20 })
    expect(fake.requests).toHaveLength(1)
    expect(fake.requests[0]?.authorization).toBe('Bearer sk-test-key')
    expect(fake.requests[0]?.body).toMatchObject({
      model: 'fake-1',
      messages: [
        { role: 'system', content: 'You write summaries.' },
        { role: 'user', content: 'Evidence: none' },
      ],
      response_format: { type: 'json_schema' },
      max_completion_tokens: 50,
    })
  })

  it('is asked the older way when its server knows only that, and from then on at once', async () => {
    fake.respond = ({ response_format }) =>
      response_format?.type === 'json_schema' ? { kind: 'status', status: 400 } : { kind: 'text', text: '{}' }

    await model.complete(REQUEST, signal)
    await model.complete(REQUEST, signal)

    expect(fake.requests.map((one) => one.body.response_format?.type)).toEqual([
      'json_schema',
      'json_object',
      'json_object',
    ])
    expect(fake.requests[2]?.body.max_tokens).toBe(50)
  })

  it.each<FakeModelAnswer>([
    { kind: 'hang' },
    { kind: 'reset' },
    { kind: 'drip' },
    { kind: 'endless' },
    { kind: 'status', status: 500, body: 'boom' },
    { kind: 'raw', body: 'not json' },
    { kind: 'raw', body: '{"choices":[]}' },
    { kind: 'raw', body: '{"choices":[{"message":{"content":null,"refusal":"no"}}]}' },
    { kind: 'raw', body: '{"choices":[{"message":{"content":NaN}}]}' },
    { kind: 'raw', body: '[]' },
  ])('fails once, without a second try, in a way that may be tried again, on %j', async (answer) => {
    fake.respond = () => answer
    // Where nothing but the time ends it, long enough for the request to arrive on a busy machine.
    const asked = ENDLESS.includes(answer.kind) ? open(2_000) : model

    const failure = await failureOf(asked.complete(REQUEST, signal))

    expect(failure).toBeInstanceOf(VendorUnreachableError)
    expect(failure).toMatchObject({ retryable: true })
    expect(fake.requests).toHaveLength(1)
  })

  it('is busy when it says so, and for how long', async () => {
    fake.respond = () => ({ kind: 'status', status: 429, headers: { 'retry-after': '3' } })

    const failure = await failureOf(model.complete(REQUEST, signal))

    expect(failure).toBeInstanceOf(VendorBusyError)
    expect(failure).toMatchObject({ retryAfterMs: 3_000 })
    expect(fake.requests).toHaveLength(1)
  })

  it('is refused on a wrong key, without the key in the message', async () => {
    fake.respond = () => ({
      kind: 'status',
      status: 401,
      body: '{"error":{"message":"Incorrect API key: sk-test-key"}}',
    })

    const failure = await failureOf(model.complete(REQUEST, signal))

    expect(failure).toBeInstanceOf(VendorRejectedError)
    expect(String(failure)).toContain('Incorrect API key')
    expect(String(failure)).not.toContain('sk-test-key')
  })

  it('is not reached when nobody listens', async () => {
    await fake.close()

    expect(await failureOf(model.complete(REQUEST, signal))).toBeInstanceOf(VendorUnreachableError)
  })

  it('ends when the caller gives up', async () => {
    fake.respond = () => ({ kind: 'hang' })
    const controller = new AbortController()

    const asking = failureOf(model.complete(REQUEST, controller.signal))
    while (fake.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()

    expect(await asking).toBeInstanceOf(VendorUnreachableError)
  })
})

describe('doctor, of the model', () => {
  it('says as whom it answers', async () => {
    expect(await checkModel(model, signal)).toEqual({
      ok: true,
      detail: 'The language model answers as fake-1.',
      remedy: '',
    })
  })

  it('says what to do when it does not', async () => {
    fake.respond = () => ({ kind: 'status', status: 401, body: '{"error":{"message":"Incorrect API key"}}' })

    const health = await checkModel(model, signal)

    expect(health).toMatchObject({ ok: false })
    expect(health.remedy).toContain('OPENAI_API_KEY')
  })
})
