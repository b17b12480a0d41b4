import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { evidenceTools } from '../../../src/llm/evidence-tools.ts'
import { openAiModel } from '../../../src/connectors/openai/openai-model.ts'
import { writeGrounded } from '../../../src/llm/write-grounded.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { ChatRequest, FakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { Evidence } from '../../../src/domain/evidence.ts'

const QUIET = { count: () => undefined, observeSeconds: () => undefined }

let server: FakeOpenAi
beforeEach(async () => {
  server = await startFakeOpenAi(() => answer('nothing'))
})
afterEach(() => server.close())

/** More pieces than a prompt has room for; what is asked for is the last one. */
const EVIDENCE: readonly Evidence[] = Array.from({ length: 60 }, (_, index) =>
  piece(`EV-${String(index)}`, index === 59 ? 'deploy of payments to 9ab77c1 by dana' : `queue depth ${String(index)}`),
)

function piece(id: string, fact: string): Evidence {
  return {
    id,
    kind: 'note',
    source: 'record',
    at: new Date('2026-03-01T10:00:00Z'),
    fact,
    ...{ incidentId: 'INC-1', url: null, data: {} },
  }
}

let answered = 0
const completion = (message: object) => ({
  kind: 'raw' as const,
  body: JSON.stringify({
    id: `c-${String((answered += 1))}`,
    object: 'chat.completion',
    created: 1,
    model: 'local',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  }),
})
const answer = (content: string) => completion({ content })
const lookUp = (name: string, argument: string) =>
  completion({
    content: null,
    tool_calls: [{ id: 'call-1', type: 'function', function: { name, arguments: JSON.stringify({ argument }) } }],
  })
const toolAnswers = (request: ChatRequest) => request.messages.filter(({ role }) => role === 'tool')
const sentences = (text: string, evidence: string) => JSON.stringify({ sentences: [{ text, evidence: [evidence] }] })

const ask = (timeoutMs = 20_000) =>
  writeGrounded(
    {
      model: openAiModel({ apiKey: 'none', baseUrl: server.baseUrl, model: 'local' }),
      log: silentLogger,
      telemetry: QUIET,
    },
    {
      incidentId: 'INC-1',
      prompt: 'answer-question',
      usedFor: 'answer-question',
      origin: 'console',
      evidence: EVIDENCE,
      question: 'Who deployed payments?',
      knownNames: ['payments'],
      forbiddenNames: [],
      timeoutMs,
      isEnough: (kept) => kept.length > 0,
    },
    AbortSignal.timeout(timeoutMs),
  )

describe('a question to the record', () => {
  it('is answered from what the model looked up, fenced, beyond what the prompt has room for', async () => {
    server.respond = (request) =>
      toolAnswers(request).length === 0
        ? lookUp('search_evidence', 'deploy payments')
        : answer(sentences('The deploy of payments to 9ab77c1 is on record.', 'EV-59'))

    const text = await ask()

    expect(text?.sentences).toEqual([{ text: 'The deploy of payments to 9ab77c1 is on record.', evidence: ['EV-59'] }])
    const [first, second] = server.requests
    expect(JSON.stringify(first?.body.messages)).not.toContain('9ab77c1')
    expect(
      toolAnswers(second!.body)
        .map(({ content }) => content)
        .join(),
    ).toMatch(/<<<evidence EV-59 [0-9a-f]{16}/)
    const handed = toolAnswers(second!.body).map(({ content }) => content)
    const prompt = String(first?.body.messages.at(-1)?.content)
    expect(text?.record.llm?.inputHash).toBe(sha256Hex([prompt, ...handed].join('\n')))
    expect(text?.record.llm).toMatchObject({ usedFor: 'answer-question', inputTokens: 20, outputTokens: 10 })
  })

  it('is answered by a server that gives every answer the same id', async () => {
    server.respond = (request) => {
      answered = 0
      return toolAnswers(request).length === 0
        ? lookUp('read_evidence', 'EV-59')
        : answer(sentences('The deploy of payments to 9ab77c1 is on record.', 'EV-59'))
    }

    expect((await ask())?.sentences).toHaveLength(1)
  })

  it('is answered from the prompt alone by a server that knows no tools', async () => {
    server.respond = (request) =>
      'tools' in request
        ? { kind: 'status', status: 400 }
        : answer(sentences('The queue depth 3 is on record.', 'EV-3'))

    expect((await ask())?.sentences).toHaveLength(1)
  })

  it('hands out only so much, however many looks one call asks for', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      ...{ id: `call-${String(index)}`, type: 'function' },
      function: { name: 'read_evidence', arguments: '{"argument":"EV-59"}' },
    }))
    server.respond = (request) =>
      toolAnswers(request).length === 0 ? completion({ content: null, tool_calls: many }) : answer('no')

    await ask()

    const handed = toolAnswers(server.requests.at(-1)!.body)
    expect(handed).toHaveLength(200)
    expect(handed.filter(({ content }) => content.includes('9ab77c1'))).toHaveLength(20)
  })

  it('drops what stands in nothing that was cited, looked up or not', async () => {
    server.respond = (request) =>
      toolAnswers(request).length === 0
        ? lookUp('read_evidence', 'EV-59')
        : answer(sentences('The deploy of payments to 0000000 is on record.', 'EV-59'))

    expect(await ask()).toBeNull()
  })

  it('ends after a few steps, however long the model goes on looking', async () => {
    server.respond = () => lookUp('search_evidence', 'queue')

    expect(await ask()).toBeNull()
    expect(server.requests.length).toBeLessThanOrEqual(5)
    expect(server.requests.length).toBeGreaterThan(1)
  })

  it('has no tool but reading, and one that the model makes up does nothing', async () => {
    server.respond = (request) =>
      toolAnswers(request).length === 0
        ? lookUp('approve_proposal', 'PRO-1')
        : answer(sentences('The deploy of payments to 9ab77c1 is on record.', 'EV-59'))

    await ask()

    expect(evidenceTools(EVIDENCE).map(({ name }) => name)).toEqual(['search_evidence', 'read_evidence'])
    const offered = (server.requests[0]?.body as unknown as { tools: { function: { name: string } }[] }).tools
    expect(offered.map((tool) => tool.function.name).toSorted()).toEqual(['read_evidence', 'search_evidence'])
  })
})
