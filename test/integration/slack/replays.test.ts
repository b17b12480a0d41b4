import { afterEach, describe, expect, it } from '@jest/globals'
import { ANA, NEXT_SECRET, SECRET, openTestSlack, replyOf } from './open-test-slack.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import { mentionEvent } from '../../fakes/slack/payloads.ts'
import { signForm, signJson } from '../../fakes/slack/slack-driver.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { TestSlack } from './open-test-slack.ts'

let test: TestSlack
afterEach(() => test.close())

const nowSeconds = () => Math.floor(Date.now() / 1000)

describe('a genuine request that comes again', () => {
  it('gets the first answer and runs nothing', async () => {
    test = await openTestSlack()
    const request = test.driver.commandRequest(ANA, 'status')

    const answers = [await test.driver.send(request), await test.driver.send(request)]

    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await waitUntil('the first one runs', () => test.said.length > 0)
    expect(test.said).toHaveLength(1)
    expect(test.counted.get('replays')).toBe(1)
  })

  it('runs once when fifty copies arrive at the same time', async () => {
    test = await openTestSlack()
    const request = test.driver.commandRequest(ANA, 'status')

    const answers = await Promise.all(Array.from({ length: 50 }, () => test.driver.send(request)))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    await waitUntil('one runs', () => test.said.length > 0)
    expect(test.said).toHaveLength(1)
  })

  it('is told the same when the first answer was a refusal', async () => {
    test = await openTestSlack()
    const request = signForm(SECRET, 'command=%2Fincident&nothing=else')

    const answers = [await test.driver.send(request), await test.driver.send(request)]

    expect(answers.map(({ status }) => status)).toEqual([400, 400])
    expect(test.refusals).toEqual(['malformed'])
  })

  it('would run again without the store', async () => {
    test = await openTestSlack({
      deliveries: { serve: async () => undefined, served: async () => undefined, servedAnswer: async () => undefined },
    })
    const request = test.driver.commandRequest(ANA, 'status')

    await test.driver.send(request)
    await test.driver.send(request)

    await waitUntil('both run', () => test.said.length === 2)
  })

  it('is known as the same event although Slack signs it anew', async () => {
    test = await openTestSlack()
    const event = JSON.stringify(mentionEvent(ANA, 'status', { channel: 'C0001', eventId: 'Ev0001' }))

    await test.driver.send(signJson(SECRET, event, nowSeconds() - 10))
    await waitUntil('it runs', () => test.said.length === 1)
    const again = await test.driver.send(signJson(SECRET, event, nowSeconds()))

    expect(again.status).toBe(200)
    await waitUntil('the repetition is counted', () => test.counted.get('replays') === 1)
    expect(test.said).toHaveLength(1)
  })
})

describe('the time of a request', () => {
  it.each([
    ['300 s old', -300, 200],
    ['301 s old', -301, 401],
    ['300 s ahead', 300, 200],
    ['301 s ahead', 301, 401],
    ['a year ahead', 31_536_000, 401],
    ['ten minutes apart, as when a replica’s clock is wrong', -600, 401],
  ])('is judged by our clock: %s', async (_name, offset, status) => {
    const clock = new FixedClock()
    test = await openTestSlack({ clock })
    const request = signForm(
      SECRET,
      test.driver.commandRequest(ANA, 'status').body,
      clock.now().getTime() / 1000 + offset,
    )

    expect((await test.driver.send(request)).status).toBe(status)
  })
})

describe('the secret while it is replaced', () => {
  it('may be the old or the new one, and no third', async () => {
    test = await openTestSlack({ signingSecrets: [SECRET, NEXT_SECRET] })
    const { body } = test.driver.commandRequest(ANA, 'status')
    const statusOf = async (secret: string, more: string) =>
      (await test.driver.send(signForm(secret, body + more))).status

    expect(await statusOf(SECRET, '')).toBe(200)
    expect(await statusOf(NEXT_SECRET, '&x=1')).toBe(200)
    expect(await statusOf('third', '&x=2')).toBe(401)
  })

  /** T12: Slack goes over to the new secret in the middle of a storm of requests. */
  async function underLoad(secrets: readonly string[]): Promise<readonly number[]> {
    test = await openTestSlack({ signingSecrets: secrets })
    const { body } = test.driver.commandRequest(ANA, 'status')
    const requests = Array.from({ length: 300 }, (_, at) =>
      signForm(at < 100 ? SECRET : at < 200 && at % 2 === 0 ? SECRET : NEXT_SECRET, `${body}&x=${String(at)}`),
    )
    const lanes = Array.from({ length: 20 }, async (_, lane) => {
      const statuses: number[] = []
      for (let at = lane; at < requests.length; at += 20) {
        statuses.push((await test.driver.send(requests[at]!)).status)
      }
      return statuses
    })
    return (await Promise.all(lanes)).flat()
  }

  it('loses nothing under load while both are known', async () => {
    const statuses = await underLoad([SECRET, NEXT_SECRET])

    expect(statuses.filter((status) => status !== 200)).toEqual([])
    expect(test.refusals).toEqual([])
  })

  it('refuses half of them while only the old one is known (the twin)', async () => {
    const statuses = await underLoad([SECRET])

    expect(statuses.filter((status) => status === 401)).toHaveLength(150)
  })
})

describe('a genuine request that nobody can read', () => {
  it.each([
    ['JSON that is none', 'payload=%7B', 400],
    ['JSON deeper than 64 levels', `payload=${'['.repeat(65)}${']'.repeat(65)}`, 400],
    ['a name that stands twice', 'command=%2Fincident&command=%2Fother&user_id=U1&channel_id=C1&trigger_id=t', 400],
    ['no known shape', 'payload=%7B%22type%22%3A%22block_actions%22%7D', 400],
    ['a shortcut of no known shape', 'payload=%7B%22type%22%3A%22message_action%22%7D', 400],
    ['a kind of request that we do not offer', 'payload=%7B%22type%22%3A%22workflow_step_edit%22%7D', 200],
  ])('is answered, and nothing runs: %s', async (_name, body, status) => {
    test = await openTestSlack()

    expect((await test.driver.send(signForm(SECRET, body))).status).toBe(status)
    expect([...test.said, ...test.pressed]).toEqual([])
  })

  it('is refused before it is read when it is larger than 1 MiB', async () => {
    test = await openTestSlack()

    expect((await test.driver.send(signForm(SECRET, `text=${'x'.repeat(1_048_576)}`))).status).toBe(413)
  })

  it('is told to come again while the database is away', async () => {
    const away = async () => {
      throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
    }
    test = await openTestSlack({ deliveries: { serve: away, served: away, servedAnswer: away } })

    expect((await test.driver.command(ANA, 'status')).status).toBe(503)
    expect(test.said).toEqual([])
  })

  it('proves the address when Slack asks for it', async () => {
    test = await openTestSlack()

    const answer = await test.driver.send(signJson(SECRET, '{"type":"url_verification","challenge":"3eZbrw1aB"}'))

    expect(answer).toEqual({ status: 200, text: '3eZbrw1aB' })
  })
})

describe('a slow orchestrator', () => {
  it('does not keep Slack waiting for the acknowledgement', async () => {
    test = await openTestSlack()
    const release = Promise.withResolvers<undefined>()
    test.answer = async () => {
      await release.promise
      return replyOf('Late.')
    }

    const { status } = await test.driver.command(ANA, 'status')

    expect(status).toBe(200)
    expect(test.fake.shownTo(ANA.user)).toEqual([])
    release.resolve(undefined)
    await waitUntil('the answer is shown', () => test.fake.shownTo(ANA.user).length === 1)
  })
})
