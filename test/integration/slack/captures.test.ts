import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, BO, openTestSlack, replyOf } from './open-test-slack.ts'
import { plainTextOf } from '../../unit/slack/words-of.ts'
import { reaction } from '../../fakes/slack/payloads.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Capture, CaptureAnswer, ChatWords, MessageChange } from '../../../src/orchestrator/index.ts'
import type { TestSlack } from './open-test-slack.ts'

interface Captured {
  readonly capture: Capture
  readonly words: ChatWords | null
}

let test: TestSlack
let answer: (capture: Capture) => CaptureAnswer
const captured: Captured[] = []
const changes: MessageChange[] = []
beforeAll(async () => {
  test = await openTestSlack()
})
afterAll(() => test.close())
beforeEach(() => {
  captured.length = 0
  changes.length = 0
  test.fake.said.length = 0
  answer = () => ({ kind: 'reply', reply: replyOf('It is on the timeline.') })
  test.rich = {
    ...test.rich,
    capture: async (capture) => {
      captured.push({ capture, words: await capture.read() })
      return answer(capture)
    },
    follow: async (change) => {
      changes.push(change)
    },
  }
})

const shown = (user: string) => test.fake.shownTo(user).map((message) => plainTextOf(message['blocks'] as unknown[]))
const formsOpened = () => test.fake.forms().length
const said = (text: string, ts: string, threadTs: string | null = null) =>
  test.fake.said.push({ channel: 'C0001', ts, threadTs, user: 'U0002', text })

describe('the shortcut "Add to timeline"', () => {
  it('carries what the message says and who wrote it, and answers who pressed', async () => {
    await test.driver.addToTimeline(ANA, 'C0001', {
      ts: '17.000001',
      user: 'U0002',
      text: 'disk &lt;full&gt;',
      thread: '16.000001',
    })

    await waitUntil('it is answered', () => shown(ANA.user).includes('It is on the timeline.'))
    expect(captured).toMatchObject([
      {
        capture: {
          channel: 'C0001',
          message: '17.000001',
          how: 'shortcut',
          account: { tenant: 'T0001', user: 'U0001' },
        },
        words: { text: 'disk <full>', thread: '16.000001', author: { tenant: 'T0001', user: 'U0002' } },
      },
    ])
    expect(test.fake.callsOf('conversations.history')).toEqual([])
  })

  it('asks which incident in a form, and needs no reading to go on', async () => {
    const before = formsOpened()
    const words: ChatWords = {
      text: `long ${'ä"\\'.repeat(1_000)}`,
      author: { surface: 'slack', tenant: 'T0001', user: 'U0002', displayName: 'bo' },
      thread: null,
    }
    answer = ({ incidentId }) =>
      incidentId === null
        ? { kind: 'choose', words, incidents: [{ id: 'INC-7', severity: 'SEV2', title: '<!here> '.repeat(40) }] }
        : { kind: 'reply', reply: replyOf('Chosen.') }

    await test.driver.addToTimeline(ANA, 'C0009', { ts: '17.000002', user: 'U0002', text: words.text })
    await waitUntil('the form is open', () => formsOpened() === before + 1)
    const sent = await test.driver.fillIn(ANA, { incident: 'INC-7' })

    expect(sent).toEqual({ status: 200, text: '' })
    await waitUntil('it is answered', () => shown(ANA.user).includes('Chosen.'))
    expect(captured[1]).toMatchObject({
      capture: { incidentId: 'INC-7', channel: 'C0009', message: '17.000002' },
      words: { author: { tenant: 'T0001', user: 'U0002' } },
    })
    expect(captured[1]?.words?.text).toContain('long ä')
    expect(test.fake.callsOf('conversations.history')).toEqual([])
  })

  it('of an older version is told that it is none of ours', async () => {
    await test.driver.shortcut(BO, 'some_old_callback')

    await waitUntil('it is told', () => test.fake.messagesIn('DU0002').length === 1)
    expect(test.fake.messagesIn('DU0002')[0]?.text).toContain('older version')
  })
})

describe('a pin on a message', () => {
  it.each([
    ['in the channel', '18.000001', null],
    ['in a thread', '18.000002', '16.000001'],
  ])('reads exactly the message that stands %s', async (_where, ts, thread) => {
    said('the one before', '18.000000')
    said('pinned', ts, thread)
    said('the one after', '18.000009')

    await test.driver.event(ANA, reaction(ANA, 'reaction_added', { channel: 'C0001', ts }))

    await waitUntil('it is captured', () => captured.length === 1)
    expect(captured[0]).toMatchObject({
      capture: { how: 'pin', message: ts, account: { user: 'U0001' } },
      words: { text: 'pinned', thread, author: { user: 'U0002' } },
    })
  })

  it('is carried on without words when Slack does not let it be read', async () => {
    test.fake.failNext('conversations.history', { kind: 'rate_limited', seconds: 60 })
    test.fake.failNext('conversations.replies', { kind: 'error', code: 'missing_scope' })

    await test.driver.event(ANA, reaction(ANA, 'reaction_added', { channel: 'C0001', ts: '18.000003' }))

    await waitUntil('it is captured', () => captured.length === 1)
    expect(captured[0]?.words).toBeNull()
  })

  it('says nothing where no incident is', async () => {
    const before = [...shown(BO.user)]
    answer = () => ({ kind: 'nothing' })

    await test.driver.event(BO, reaction(BO, 'reaction_added', { channel: 'C0001', ts: '18.000004' }))

    await waitUntil('it is captured', () => captured.length === 1)
    await test.slack.surface.postInThread({ channel: 'C0001', message: '1.1' }, 'later', AbortSignal.timeout(60_000))
    expect(shown(BO.user)).toEqual(before)
  })

  it.each([
    ['another emoji', { ...reaction(ANA, 'reaction_added', { channel: 'C0001', ts: '1.1', emoji: 'tada' }) }],
    ['a file', { ...reaction(ANA, 'reaction_added', { channel: 'C0001', ts: '1.1' }), item: { type: 'file' } }],
    ['nobody', { ...reaction(ANA, 'reaction_added', { channel: 'C0001', ts: '1.1' }), user: null }],
  ])('means nothing with %s', async (_what, event) => {
    expect((await test.driver.event(ANA, event)).status).toBe(200)
    expect(
      (await test.driver.event(ANA, reaction(ANA, 'reaction_removed', { channel: 'C0001', ts: '1.2' }))).status,
    ).toBe(200)

    await waitUntil('what came later is there', () => changes.length === 1)
    expect(captured).toEqual([])
  })

  it('is carried once, however often Slack tells of it', async () => {
    const event = reaction(ANA, 'reaction_added', { channel: 'C0001', ts: '18.000005' })

    await Promise.all(Array.from({ length: 10 }, () => test.driver.event(ANA, event, 'Ev-pin-once')))

    await waitUntil('it is captured', () => captured.length === 1)
    await waitUntil('the copies are counted', () => (test.counted.get('replays') ?? 0) >= 9)
    expect(captured).toHaveLength(1)
  })
})

describe('a message that changes', () => {
  const place = { surface: 'slack', channel: 'C0001', message: '19.000001' }
  const changed = (message: object) => ({ type: 'message', subtype: 'message_changed', channel: 'C0001', message })

  it.each([
    [
      'edited',
      changed({ ts: '19.000001', user: 'U0002', text: 'new &amp; true' }),
      { kind: 'edited', place, text: 'new & true', by: { tenant: 'T0001', user: 'U0002' } },
    ],
    [
      'deleted',
      { type: 'message', subtype: 'message_deleted', channel: 'C0001', deleted_ts: '19.000001' },
      { kind: 'deleted', place },
    ],
    [
      'deleted with answers below it',
      changed({ ts: '19.000001', subtype: 'tombstone', user: 'USLACKBOT', text: 'This message was deleted.' }),
      { kind: 'deleted', place },
    ],
    [
      'no longer pinned',
      reaction(BO, 'reaction_removed', { channel: 'C0001', ts: '19.000001' }),
      { kind: 'unpinned', place, by: { user: 'U0002' } },
    ],
  ])('is told as %s', async (_what, event, expected) => {
    await test.driver.event(BO, event)

    await waitUntil('it is told', () => changes.length === 1)
    expect(changes[0]).toMatchObject(expected)
  })

  it('of our own, and what people say to each other, costs nothing and is not listened to', async () => {
    const requests = [
      changed({ ts: '19.000002', user: 'UBOT', bot_id: 'BBOT', text: 'card' }),
      { type: 'message', channel: 'C0001', channel_type: 'channel', user: 'U0002', text: 'approve', ts: '19.000003' },
      { type: 'message', subtype: 'channel_join', channel: 'C0001', channel_type: 'channel', user: 'U0002' },
    ]

    for (const event of requests) expect((await test.driver.event(BO, event)).status).toBe(200)

    expect([...changes, ...test.said]).toEqual([])
  })
})
