import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CHANNEL, channelMessage, invoke, personalMessage, teamsUser } from '../../fakes/teams/activities.ts'
import { openTestTeams, replyOf } from './open-test-teams.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { TestTeams } from './open-test-teams.ts'

const [ANA, BO] = [teamsUser('Ana'), teamsUser('Bo')]
const APPROVE = {
  conversation: `${CHANNEL};messageid=1`,
  message: '1',
  verb: 'approve',
  data: { countersign: JSON.stringify({ v: 'approve', i: 'INC-1', p: 'PRO-1', h: 'a'.repeat(64) }) },
}

let test: TestTeams
beforeEach(async () => {
  test = await openTestTeams()
})
afterEach(() => test.close())

const at = () => ({ serviceUrl: test.connector.serviceUrl })

describe('one press, however often it arrives', () => {
  it('runs once, and every copy is given the first answer', async () => {
    let asked = 0
    test.answer = () => replyOf(`Counted as number ${String((asked += 1))}.`)
    const press = invoke(ANA, APPROVE, at())

    const together = await Promise.all(Array.from({ length: 50 }, () => test.send(press)))
    const later = await test.send(press)

    expect(test.pressed).toHaveLength(1)
    const lines = [...together, later].map(({ body }) => (body as { value: string }).value)
    expect(new Set(lines)).toEqual(new Set(['Counted as number 1.']))
    expect(test.counted.get('replays')).toBe(50)
  })

  it('is the same press whoever a copy says it is from', async () => {
    const press = invoke(ANA, APPROVE, at())
    await test.send(press)

    const copy = await test.send({ ...press, from: BO })

    expect(copy.status).toBe(200)
    expect(test.pressed.map(({ account }) => account.user)).toEqual(['aad-ana'])
  })

  it('is another press under another id', async () => {
    await test.send(invoke(ANA, APPROVE, at()))
    await test.send(invoke(ANA, APPROVE, at()))

    expect(test.pressed).toHaveLength(2)
  })
})

describe('one message, however often it arrives', () => {
  it('is said once and answered once', async () => {
    const message = personalMessage(ANA, 'list', at())

    const answers = await Promise.all(Array.from({ length: 20 }, () => test.send(message)))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    await waitUntil('it is answered', () => test.connector.messages.length > 0)
    await test.send(message)
    expect(test.said).toHaveLength(1)
    expect(test.connector.messages).toHaveLength(1)
  })

  it('is told apart from one with the same id in another conversation', async () => {
    const id = '1700000000001'
    await test.send({ ...personalMessage(ANA, 'list', at()), id })
    await test.send({ ...channelMessage(ANA, 'list', at()), id })

    expect(test.said).toHaveLength(2)
  })
})
