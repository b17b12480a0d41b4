import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, BO, SECRET, openTestSlack, replyOf } from './open-test-slack.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { blockActions, commandFields, mentionEvent } from '../../fakes/slack/payloads.ts'
import { findButton, signForm, signJson, signPayload } from '../../fakes/slack/slack-driver.ts'
import { makeProposal, makeRun, makeRunStep, makeView } from '../../fakes/slack/make-view.ts'
import { plainTextOf } from '../../unit/slack/words-of.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { StoredMessage } from '../../fakes/slack/fake-slack-api.ts'
import type { TestSlack } from './open-test-slack.ts'

let test: TestSlack
beforeAll(async () => {
  test = await openTestSlack()
})
afterAll(() => test.close())
beforeEach(() => {
  test.said.length = 0
  test.pressed.length = 0
  test.answer = () => replyOf('Done.')
})

const shown = (user: string) => test.fake.shownTo(user).map((message) => plainTextOf(message['blocks'] as unknown[]))

async function postCard(view: IncidentView): Promise<StoredMessage> {
  const card = await test.slack.surface.postCard('C0001', view, 'card-1', AbortSignal.timeout(60_000))
  return test.fake.messagesIn('C0001').find((message) => message.ts === card.message)!
}

describe('what a person types', () => {
  it('becomes an utterance by that account, and the answer is shown to them alone', async () => {
    test.answer = () => replyOf('Two incidents are open.', { rows: [{ label: 'INC-12', text: 'checkout <!channel>' }] })

    await test.driver.command(ANA, 'list')

    await waitUntil('the answer is shown', () => shown(ANA.user).length === 1)
    expect(test.said).toEqual([
      {
        surface: 'slack',
        account: { surface: 'slack', tenant: 'T0001', user: 'U0001', displayName: 'ana' },
        channel: 'C0001',
        message: null,
        text: 'list',
        proof: { signatureHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ])
    expect(shown(ANA.user)[0]).toBe('Two incidents are open.\nINC-12 checkout <!channel>')
    expect(test.fake.responses.at(-1)?.body).toMatchObject({ response_type: 'ephemeral', replace_original: false })
  })

  it('is answered to all when it is to be shared, and never when it is refused', async () => {
    test.answer = () => replyOf('Shared.', { shared: true })
    await test.driver.command(BO, 'status --share')
    await waitUntil('it is shown', () => test.fake.responses.some(({ body }) => body['response_type'] === 'in_channel'))

    test.answer = () => replyOf('You may not.', { shared: true, kind: 'refused', code: 'not_allowed' })
    await test.driver.command(BO, 'resolve --share')

    await waitUntil('it is shown', () => shown(BO.user).includes('You may not.'))
    expect(test.fake.responses.at(-1)?.body).toMatchObject({ response_type: 'ephemeral' })
  })

  it('works after a mention in a thread, where there are no slash commands', async () => {
    await test.driver.mention(ANA, 'note users say it works &amp; pay &lt;3', { channel: 'C0002', thread: '17.000001' })

    await waitUntil('the answer is shown', () => test.fake.callsOf('chat.postEphemeral').length === 1)
    expect(test.said).toMatchObject([
      { channel: 'C0002', message: '17.000001', text: 'note users say it works & pay <3', account: { user: 'U0001' } },
    ])
    expect(test.fake.callsOf('chat.postEphemeral')[0]?.args).toMatchObject({ user: 'U0001', thread_ts: '17.000001' })
  })

  it('counts for the team the speaker belongs to, also in a shared channel', async () => {
    const event = mentionEvent(ANA, 'ack', { channel: 'C0002', eventId: 'Ev-connect' })
    const shared = { ...event, event: { ...(event['event'] as object), user_team: 'T9999' } }

    await test.driver.send(signJson(SECRET, JSON.stringify(shared)))

    await waitUntil('it is said', () => test.said.length === 1)
    expect(test.said[0]?.account).toMatchObject({ tenant: 'T9999', user: 'U0001' })
  })

  it('is not listened to when a bot types it', async () => {
    const event = mentionEvent(ANA, 'approve', { channel: 'C0002', eventId: 'Ev-bot', botId: 'B0001' })

    expect((await test.driver.send(signJson(SECRET, JSON.stringify(event)))).status).toBe(200)
    expect(test.said).toEqual([])
  })

  it('is answered with the reason when it is refused by an error, and with no details of any other', async () => {
    test.answer = () => {
      throw new RefusedError('no_such', 'There is no incident INC-99. Type "list".')
    }
    await test.driver.command(ANA, 'status INC-99')
    await waitUntil('the refusal is shown', () => shown(ANA.user).includes('There is no incident INC-99. Type "list".'))

    test.answer = () => {
      throw new Error('password=hunter2 in SQL')
    }
    await test.driver.command(ANA, 'status')
    await waitUntil('the failure is shown', () =>
      shown(ANA.user).some((words) => words.startsWith('That did not work')),
    )
    expect(JSON.stringify(test.fake.responses)).not.toContain('hunter2')
  })
})

describe('the address for an answer', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://hooks.slack.com.evil.example/x',
    'https://evil.example/hooks.slack.com/',
    'https://user@hooks.slack.com/x',
    'http://hooks.slack.com/x',
    'https://hooks.slack.com:8443/x',
    'http://[::ffff:127.0.0.1]:1/x',
    'http://2130706433/x',
    'file:///etc/passwd',
    'not an address',
  ])('is used only on Slack’s own host: not %s', async (responseUrl) => {
    const before = test.fake.callsOf('chat.postEphemeral').length
    const fields = commandFields(ANA, 'status', { channel: 'C0001', responseUrl, triggerId: test.fake.issueTrigger() })

    await test.driver.send(signForm(SECRET, new URLSearchParams(fields).toString()))

    await waitUntil(
      'the answer takes the other way',
      () => test.fake.callsOf('chat.postEphemeral').length === before + 1,
    )
  })
})

describe('a press on the card', () => {
  it('carries who, which plan by its hash, and where the card stands', async () => {
    const card = await postCard(makeView())

    await test.driver.press(BO, card, 'Approve')

    await waitUntil('it is pressed', () => test.pressed.length === 1)
    expect(test.pressed).toEqual([
      {
        surface: 'slack',
        account: { surface: 'slack', tenant: 'T0001', user: 'U0002', displayName: 'bo' },
        channel: 'C0001',
        message: card.ts,
        verb: 'approve',
        incidentId: 'INC-12',
        proposalId: 'PRO-3',
        planHash: 'abcdef01'.repeat(8),
        text: null,
        stepId: null,
        answer: null,
        proof: { signatureHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ])
  })

  it('tells of a forwarded copy the place where it was pressed, so that it can be refused', async () => {
    const card = await postCard(makeView())
    const { actionId, value } = findButton(card, 'Approve')
    const forwarded = blockActions(BO, {
      ...{ channel: 'C0666', message: '99.000009', actionId, value, containerType: 'message_attachment' },
      ...{ responseUrl: test.fake.issueResponseUrl(BO.user), triggerId: test.fake.issueTrigger() },
    })

    await test.driver.send(signPayload(SECRET, forwarded))

    await waitUntil('it is pressed', () => test.pressed.length === 1)
    expect(test.pressed[0]).toMatchObject({ channel: 'C0666', message: '99.000009' })
  })

  it('that rejects asks for the reason in a form, and counts when that is sent', async () => {
    const card = await postCard(makeView())

    await test.driver.press(BO, card, 'Reject')
    await waitUntil('the form is open', () => test.fake.forms().length === 1)
    expect(test.pressed).toEqual([])
    const answer = await test.driver.submit(BO, '  wrong service ')

    expect(answer).toEqual({ status: 200, text: '' })
    await waitUntil('it is pressed', () => test.pressed.length === 1)
    expect(test.pressed[0]).toMatchObject({
      ...{ verb: 'reject', text: 'wrong service', proposalId: 'PRO-3', planHash: 'abcdef01'.repeat(8) },
      ...{ channel: 'C0001', message: card.ts, account: { tenant: 'T0001', user: 'U0002' } },
    })
  })

  it('that settles a step names it and the answer', async () => {
    const run = makeRun({ state: 'unknown', steps: [makeRunStep({ state: 'unknown' })] })
    const card = await postCard(makeView({ proposal: makeProposal({ state: 'approved' }), run }))

    await test.driver.press(BO, card, 'Mark done')
    await waitUntil('the form is open', () => test.fake.forms().length === 2)
    await test.driver.submit(BO, 'Argo CD shows revision 41.')

    await waitUntil('it is pressed', () => test.pressed.length === 1)
    expect(test.pressed[0]).toMatchObject({
      verb: 'settle',
      stepId: 'rollback',
      answer: 'done',
      text: 'Argo CD shows revision 41.',
    })
  })

  it('is told how to go on when the form cannot be opened any more', async () => {
    test.fake.failNext('views.open', { kind: 'error', code: 'expired_trigger_id' })

    await test.driver.press(ANA, await postCard(makeView()), 'Reject')

    await waitUntil('it is told', () =>
      shown(ANA.user).some((words) =>
        words.includes('three seconds, and they were over, so nothing counts yet. Press again'),
      ),
    )
  })

  it('of a button that is not ours reaches nobody', async () => {
    const value = '{"v":"approve","i":"INC-1; drop table","p":"PRO-1"}'
    const strange = blockActions(ANA, {
      ...{ channel: 'C0001', message: '1.000001', actionId: 'approve', value },
      ...{ responseUrl: test.fake.issueResponseUrl(ANA.user), triggerId: test.fake.issueTrigger() },
    })

    await test.driver.send(signPayload(SECRET, strange))

    await waitUntil('it is told', () =>
      shown(ANA.user).some((words) => words.includes('another app or to an older version')),
    )
    expect(test.pressed).toEqual([])
  })

  it('is answered in a direct message where the asker cannot see an ephemeral one', async () => {
    test.fake.failNext('chat.postEphemeral', { kind: 'error', code: 'user_not_in_channel' })

    await test.driver.mention(ANA, 'status', { channel: 'C0003' })

    await waitUntil('it is told', () => test.fake.messagesIn('DU0001').length === 1)
  })
})

describe('a card in an answer', () => {
  it('has no buttons, and says which words approve it', async () => {
    test.answer = () => replyOf('This is what would be approved.', { card: makeView() })

    await test.driver.command(ANA, 'approve')

    await waitUntil('it is shown', () => shown(ANA.user).some((words) => words.includes('SEV2 · checkout')))
    expect(shown(ANA.user).at(-1)).toContain('type /incident approve PRO-3 abcdef01')
    expect(JSON.stringify(test.fake.responses.at(-1))).not.toContain('"actions"')
  })
})
