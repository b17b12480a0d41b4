import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { evalRecordCommand } from '../../../src/cli/eval-record.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { FakeModelAnswer, FakeOpenAi } from '../../fakes/openai/fake-openai.ts'

const EXAMPLE = fileURLToPath(new URL('../../../docs/examples/record', import.meta.url))
const PLAYBOOK = 'rollback-bad-deploy'
/** What INC-1 to INC-3 needed: the facts say `rollback-bad-deploy` for all, and for the third they are wrong. */
const HELPED = [PLAYBOOK, PLAYBOOK, 'second-way']

/** Three incidents of the example, each of which two playbooks fit, and both ran: the one helped, the other did not. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-record-'))
  // Nobody decides anything here, so people and policies are not needed.
  await writeFile(join(folder, 'countersign.yaml'), 'mode: observe\n')
  await cp(join(EXAMPLE, 'catalog'), join(folder, 'catalog'), { recursive: true })
  await cp(join(EXAMPLE, 'record.json'), join(folder, 'record.json'))
  await mkdir(join(folder, 'playbooks'))
  const text = await readFile(join(EXAMPLE, 'playbooks', `${PLAYBOOK}.yaml`), 'utf8')
  for (const name of [PLAYBOOK, 'second-way']) {
    await writeFile(join(folder, 'playbooks', `${name}.yaml`), text.replace(`name: ${PLAYBOOK}`, `name: ${name}`))
  }
  for (const [index, helped] of HELPED.entries()) {
    const incident = JSON.parse(await readFile(join(EXAMPLE, 'INC-1.json'), 'utf8')) as Record<string, object>
    const runs = [PLAYBOOK, 'second-way'].map((playbook) => ({ playbook, help: playbook === helped ? 1 : 0 }))
    const id = `INC-${String(index + 1)}`
    const told = { ...incident, id, answers: { ...incident['answers'], runs } }
    await writeFile(join(folder, `${id}.json`), JSON.stringify(told))
  }
})
afterAll(() => rm(folder, { recursive: true }))

let server: FakeOpenAi
let asked = 0
beforeEach(async () => {
  asked = 0
  server = await startFakeOpenAi(() => ({ kind: 'hang' }))
})
afterEach(() => server.close())

async function evaluate(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  const variables = { OPENAI_BASE_URL: server.baseUrl, OPENAI_MODEL: 'local' }
  const signal = new AbortController().signal
  const context = { variables, print, printError: print, signal }
  expect(
    await evalRecordCommand.run(['--data', folder, '--config', join(folder, 'countersign.yaml'), ...args], context),
  ).toBe(0)
  return lines.join('\n')
}

interface Scores {
  readonly byFacts: { readonly right: { readonly value: number; readonly n: number } }
  readonly byModel: Scores['byFacts']
  readonly advice: { readonly used: number; readonly refused: number }
}
const scores = async (): Promise<Scores> => JSON.parse(await evaluate('--json')) as Scores

/** Incidents are replayed one after the other, of one age in the order of their files. */
const ordered = (wants: readonly string[]): FakeOpenAi['respond'] => {
  return () => {
    const second = wants[asked++] === 'second-way'
    const reason = { text: 'Errors of checkout are at 8.4 % of requests.', evidence: ['EV-1'] }
    return { kind: 'text', text: JSON.stringify({ order: second ? ['P-2', 'P-1'] : ['P-1', 'P-2'], reason }) }
  }
}

describe('the column of the model', () => {
  it('is better than that of the facts where the model puts the right playbook first', async () => {
    server.respond = ordered(HELPED)

    expect(await scores()).toMatchObject({
      ...{ byFacts: { right: { value: 2 / 3, n: 3 } }, byModel: { right: { value: 1, n: 3 } } },
      advice: { used: 3, refused: 0 },
    })
  })

  it('is worse where it puts the wrong one first', async () => {
    server.respond = ordered(HELPED.map((helped) => (helped === PLAYBOOK ? 'second-way' : PLAYBOOK)))

    expect(await scores()).toMatchObject({
      ...{ byFacts: { right: { value: 2 / 3, n: 3 } }, byModel: { right: { value: 0, n: 3 } } },
      advice: { used: 3, refused: 0 },
    })
  })

  const text = (answer: object): FakeModelAnswer => ({ kind: 'text', text: JSON.stringify(answer) })
  const reason = { text: 'Errors of checkout are at 8.4 % of requests.', evidence: ['EV-1'] }
  const BROKEN: readonly (readonly [string, FakeModelAnswer])[] = [
    ['is away', { kind: 'reset' }],
    ['fails', { kind: 'status', status: 500 }],
    ['is malformed', { kind: 'raw', body: '{"choices":' }],
    ['never ends', { kind: 'endless' }],
    ['names a playbook of its own', text({ order: ['P-2', 'drop-the-database'], reason })],
    ['leaves one out', text({ order: ['P-2'], reason })],
    ['adds arguments', text({ order: ['P-2', 'P-1'], reason, with: { app: 'bank' } })],
    ['has a reason without ground', text({ order: ['P-2', 'P-1'], reason: { ...reason, evidence: ['EV-9'] } })],
    [
      'mentions everybody and links',
      text({ order: ['P-2', 'P-1'], reason: { ...reason, text: '<!channel> see https://evil.example now.' } }),
    ],
  ]

  it.each(BROKEN)('is that of the facts, and says so, where the model %s', async (_what, answer) => {
    server.respond = () => answer
    const { byFacts, byModel, advice } = await scores()

    expect(byModel).toEqual(byFacts)
    expect(advice).toEqual({ used: 0, refused: 3 })
  })

  it('says in words how often the model could not be used, and does not wait for one that hangs', async () => {
    const answers = [...HELPED]
    server.respond = (request) => (answers.shift() === 'second-way' ? { kind: 'drip' } : ordered([])(request))
    const lines = await evaluate()

    expect(lines).toContain('with local')
    expect(lines).toContain("The model's order was used in 2 incidents and could not be used in 1, where the order")
  })
})
