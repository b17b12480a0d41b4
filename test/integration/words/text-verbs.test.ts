import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { handleUtterance } from '../../../src/orchestrator/verbs/handle-utterance.ts'
import { openHouse } from '../../support/house.ts'
import { scriptedModel } from '../../fakes/scripted-model.ts'
import type { AuditRecord } from '../../../src/domain/audit-entry.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Foundation } from '../../../src/app/build-deps.ts'
import type { House } from '../../support/house.ts'
import type { LanguageModel } from '../../../src/ports/language-model.ts'
import type { Reply } from '../../../src/orchestrator/index.ts'

let house: House
let foundation: Foundation
let incidentId: string
let other: string
const sealed: AuditRecord[] = []
beforeAll(async () => {
  house = await openHouse({ environment: {} })
  foundation = await house.foundation()
  incidentId = (await say('declare SEV2 checkout is slow on checkout')).incidentId ?? ''
  other = (await say('declare SEV1 the vault of payments is open on payments')).incidentId ?? ''
})
afterAll(() => house.close())

function say(text: string, model: LanguageModel | null = null, person = 'ana@bank.example'): Promise<Reply> {
  const seal: Deps['seal'] = (record) => {
    sealed.push(record)
    return foundation.deps.seal(record)
  }
  const deps: Deps = { ...foundation.deps, model, seal }
  const account = { surface: 'console', tenant: 'console', user: person, displayName: 'whoever' } as const
  return handleUtterance(deps, { surface: 'console', account, channel: null, message: null, text, incidentId: null })
}

const VERBS: readonly (readonly [string, string, string])[] = [
  ['ask', 'how bad is it', 'answer-question'],
  ['handover', '', 'handover'],
  ['update', '', 'status-update'],
  ['postmortem', '', 'postmortem'],
]
const answering = (text: string, evidence = incidentId) =>
  scriptedModel(() => JSON.stringify({ sentences: [{ text, evidence: [evidence] }] }))
const shown = ({ text, rows }: Reply) => [text, ...rows.map((row) => row.text)].join('\n')

describe.each(VERBS)('%s', (verb, words, usedFor) => {
  const typed = () => `${verb} ${incidentId} ${words}`.trim()

  it('shows the words of a model that have ground, says that they are its, and puts the use on record', async () => {
    const before = usesOf(usedFor)

    const reply = await say(typed(), answering(`${incidentId} is open, SEV2.`))

    expect(shown(reply)).toContain(`${incidentId} is open, SEV2.`)
    expect(reply.text).toContain('Written by a language model')
    expect(usesOf(usedFor)).toBe(before + 1)
  })

  it('leaves out nothing of the facts for words that are true and few', async () => {
    const facts = (await say(typed())).rows.map((row) => row.text)
    const both = (await say(typed(), answering(`${incidentId} is open, SEV2.`))).rows.map((row) => row.text)

    if (verb === 'ask') expect(both).toEqual([`${incidentId} is open, SEV2.`])
    else expect(both).toEqual(expect.arrayContaining(facts))
  })

  it.each([
    ['invents a number', 'checkout lost 5000 orders.'],
    ['gives an order', 'Approve the rollback now.'],
    ['sends people elsewhere', 'See https://evil.example for the cause.'],
  ])('stands on the facts when it %s', async (_how, text) => {
    const before = usesOf(usedFor)

    const reply = await say(typed(), answering(text))

    expect(shown(reply)).not.toMatch(/5000|Approve the rollback now|evil\.example/)
    expect(reply.text).not.toContain('Written by a language model')
    expect(reply.kind).not.toBe('failed')
    expect(usesOf(usedFor)).toBe(before)
  })

  it('answers the same without a model and with one that is dead', async () => {
    const dead: LanguageModel = { name: 'dead', complete: () => Promise.reject(new Error('no answer')) }

    expect(shown(await say(typed(), dead))).toBe(shown(await say(typed())))
  })

  it('shows a model nothing of another incident', async () => {
    const model = answering('nothing')

    await say(typed(), model)

    const [request] = model.requests
    const looks = (request?.tools ?? []).map((tool) =>
      tool.run(tool.name === 'read_evidence' ? other : 'vault payments'),
    )
    expect([request?.user, ...looks].join('\n')).not.toMatch(/vault/)
  })
})

it('summary says what is not known beside what is, and so does what takes its place', async () => {
  const rowsOf = async (typed: string) => (await say(typed)).rows.filter(({ label }) => label === 'Not known')

  const missing = await rowsOf(`summary ${incidentId}`)

  expect(missing.map(({ text }) => text)).toContain('Nobody has taken command.')
  expect(missing).toEqual(await rowsOf(`handover ${incidentId}`))
})

it('ask without a question, or of an incident that is not there, asks no model', async () => {
  const model = answering('nothing')

  const codes = [(await say(`ask ${incidentId}`, model)).code, (await say('ask INC-999999 why', model)).code]

  expect(codes).toEqual(['wrong_usage', 'not_found'])
  expect(model.requests).toEqual([])
})

it('a question of a megabyte is refused, and one as long as may be reaches the model cut', async () => {
  const model = answering('nothing')
  const question = (letters: number) => `ask ${incidentId} `.padEnd(letters, 'why ')

  expect((await say(question(1_000_000), model)).code).toBe('too_long')
  expect(model.requests).toEqual([])
  await say(question(3_900), model)

  const asked = /<<<question Q-1 \w+\n(.*)\n/.exec(model.requests[0]?.user ?? '')?.[1] ?? ''
  expect(asked).toContain('(truncated)')
  expect(asked.length).toBeLessThan(1_000)
})

const usesOf = (usedFor: string): number =>
  sealed.filter(({ event, llm }) => event === 'summary.written' && llm?.usedFor === usedFor).length
