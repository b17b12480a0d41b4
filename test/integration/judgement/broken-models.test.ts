import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { deployOf, openJudgementWorld } from './judgement-world.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { openAiModel } from '../../../src/connectors/openai/openai-model.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { FakeModelAnswer, FakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { JudgementWorld } from './judgement-world.ts'

let world: JudgementWorld
let server: FakeOpenAi
beforeEach(async () => {
  world = await openJudgementWorld()
  server = await startFakeOpenAi(() => ({ kind: 'hang' }))
})
afterEach(async () => {
  await server.close()
  await world.close()
})

const CITED = '"evidence":["EV-1"]'
const CHOICE = (content: unknown) =>
  JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] })

/** What ends by our deadline only. */
const ENDLESS: readonly FakeModelAnswer['kind'][] = ['hang', 'drip', 'endless']

const BROKEN: readonly (readonly [string, FakeModelAnswer])[] = [
  ['does not answer', { kind: 'hang' }],
  ['cuts the connection', { kind: 'reset' }],
  ['drips', { kind: 'drip' }],
  ['does not end', { kind: 'endless' }],
  ['is asked too often', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }],
  ['is out of order', { kind: 'status', status: 503 }],
  ['answers ten megabytes', { kind: 'text', text: 'x'.repeat(10_000_000) }],
  ['answers something that is not JSON', { kind: 'raw', body: '<html>' }],
  ['answers JSON of another shape', { kind: 'raw', body: CHOICE(Number.NaN) }],
  ['answers sentences of another shape', { kind: 'text', text: `{"sentences":[{"text":7,${CITED}}]}` }],
  [
    'answers numbers that are none',
    { kind: 'text', text: `{"sentences":[{"text":"checkout fails NaN times.",${CITED}}]}` },
  ],
]

it.each(BROKEN)('T46: with a model that %s, the facts stand before it is asked and stay', async (_how, answer) => {
  world.history.push(deployOf('checkout', 5))
  const id = await world.openIncident()
  let atTheQuestion: Promise<IncidentView | undefined> | undefined
  server.respond = () => {
    atTheQuestion ??= loadIncidentView(world.deps, id)
    return answer
  }
  const timeoutMs = ENDLESS.includes(answer.kind) ? 1_500 : 20_000
  const model = openAiModel({ apiKey: 'none', baseUrl: server.baseUrl, model: 'local', timeoutMs })

  await refreshIncident({ ...world.deps, model }, { incidentId: id }, AbortSignal.timeout(60_000))

  const [before, after] = [await atTheQuestion, await loadIncidentView(world.deps, id)]
  expect(before?.suspects[0]).toMatchObject({ service: 'checkout', kind: 'deploy' })
  expect(before?.summary.source).toBe('facts')
  expect(after?.summary).toEqual(before?.summary)
  expect(world.hints).toEqual([{ name: 'incident.propose', data: { incidentId: id }, key: id }])
})

it('T46: the same model well is heard (the twin), so what stood above was not for want of asking', async () => {
  world.history.push(deployOf('checkout', 5))
  const id = await world.openIncident()
  server.respond = ({ messages }) => {
    const prompt = String(messages.at(-1)?.content)
    const pieceOf = (kind: string) => new RegExp(`<<<evidence (EV-\\d+) \\w+\\n${kind}`).exec(prompt)?.[1] ?? ''
    const sentences = [
      { text: 'checkout answers 8.4 % of requests with 5xx since 14:02 UTC.', evidence: [pieceOf('alert')] },
      { text: 'The deploy of checkout to 7f3c21a at 13:57 UTC succeeded.', evidence: [pieceOf('change')] },
    ]
    return { kind: 'text', text: JSON.stringify({ sentences }) }
  }
  const model = openAiModel({ apiKey: 'none', baseUrl: server.baseUrl, model: 'local' })

  await refreshIncident({ ...world.deps, model }, { incidentId: id }, AbortSignal.timeout(60_000))

  expect((await loadIncidentView(world.deps, id))?.summary.source).toBe('model')
})
