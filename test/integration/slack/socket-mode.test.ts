import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, BO, openTestSlack, replyOf } from './open-test-slack.ts'
import { blockActions, commandFields, mentionEvent, viewSubmission } from '../../fakes/slack/payloads.ts'
import { findButton } from '../../fakes/slack/slack-driver.ts'
import { makeView } from '../../fakes/slack/make-view.ts'
import { plainTextOf } from '../../unit/slack/words-of.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { TestSlack } from './open-test-slack.ts'

let test: TestSlack
beforeEach(async () => {
  test = await openTestSlack({ socketMode: true })
  await waitUntil('the socket is connected', () => test.fake.socket.isConnected)
})
afterEach(() => test.close())

const command = (text: string) =>
  commandFields(ANA, text, {
    channel: 'C0001',
    responseUrl: test.fake.issueResponseUrl(ANA.user),
    triggerId: test.fake.issueTrigger(),
  })
const shown = (user: string) => test.fake.shownTo(user).map((message) => plainTextOf(message['blocks'] as unknown[]))

describe('Slack over a socket', () => {
  it('carries a command in and its answer out', async () => {
    test.answer = () => replyOf('Nothing is open.')

    const ack = await test.fake.socket.send('slash_commands', command('list'))

    expect(ack).toBeDefined()
    await waitUntil('the answer is shown', () => shown(ANA.user).includes('Nothing is open.'))
    expect(test.said).toMatchObject([{ text: 'list', account: { tenant: 'T0001', user: 'U0001' } }])
  })

  it('carries a press, the form that it opens, and what is sent with it', async () => {
    await test.slack.surface.postCard('C0001', makeView(), 'card-1', AbortSignal.timeout(60_000))
    const card = test.fake.messagesIn('C0001')[0]!
    const { actionId, value } = findButton(card, 'Reject')
    const place = { responseUrl: test.fake.issueResponseUrl(BO.user), triggerId: test.fake.issueTrigger() }

    await test.fake.socket.send(
      'interactive',
      blockActions(BO, { channel: 'C0001', message: card.ts, actionId, value, ...place }),
    )
    await waitUntil('the form is open', () => test.fake.forms().length === 1)
    const view = test.fake.forms()[0]! as unknown as Record<string, string>
    await test.fake.socket.send(
      'interactive',
      viewSubmission(BO, {
        callbackId: view['callback_id']!,
        privateMetadata: view['private_metadata']!,
        values: { reason: { text: { type: 'plain_text_input', value: 'not now' } } },
        triggerId: test.fake.issueTrigger(),
      }),
    )

    await waitUntil('it is pressed', () => test.pressed.length === 1)
    expect(test.pressed[0]).toMatchObject({ verb: 'reject', text: 'not now', message: card.ts, proposalId: 'PRO-3' })
  })

  it('carries a mention, which is acknowledged before it is worked on', async () => {
    const release = Promise.withResolvers<undefined>()
    test.answer = async () => {
      await release.promise
      return replyOf('Late.')
    }

    const event = mentionEvent(ANA, 'status', { channel: 'C0001', thread: '1.000001', eventId: 'Ev1' })
    const ack = await test.fake.socket.send('events_api', event)

    expect(ack).toBeDefined()
    release.resolve(undefined)
    await waitUntil('the answer is shown', () => shown(ANA.user).includes('Late.'))
  })

  it('runs once what is delivered again, under the same or another envelope', async () => {
    const fields = command('ack')
    const envelopeId = randomUUID()

    await test.fake.socket.send('slash_commands', fields, { envelopeId })
    const again = await test.fake.socket.send('slash_commands', fields, { envelopeId })
    await test.fake.socket.send('slash_commands', fields, { retryAttempt: 1 })

    expect(again).toBeDefined()
    await waitUntil('the repetitions are counted', () => test.counted.get('replays') === 2)
    expect(test.said).toHaveLength(1)
  })

  it('acknowledges and drops what it cannot read, for the record', async () => {
    const ack = await test.fake.socket.send('interactive', {
      type: 'block_actions',
      user: { id: 'U0001' },
      actions: [{}],
    })

    expect(ack).toBeDefined()
    expect(test.refusals).toEqual(['malformed'])
    expect(test.pressed).toEqual([])
  })

  it('connects again when Slack asks for it, and when the line breaks', async () => {
    test.fake.socket.askToReconnect()
    await waitUntil('the second connection', () => test.fake.socket.connections === 2 && test.fake.socket.isConnected)

    test.fake.socket.cut()
    await waitUntil('the third connection', () => test.fake.socket.connections === 3 && test.fake.socket.isConnected)

    await waitUntil('commands arrive again', async () => {
      const ack = await test.fake.socket.send('slash_commands', command('list'), { timeoutMs: 500 })
      return ack !== undefined
    })
  })

  it('comes back by itself after an outage', async () => {
    test.fake.failNext(
      'apps.connections.open',
      { kind: 'status', status: 503 },
      { kind: 'error', code: 'internal_error' },
    )
    test.fake.socket.cut()

    await waitUntil('it is connected again', () => test.fake.socket.connections === 2)
  })

  it('takes nothing over HTTP', async () => {
    expect((await test.driver.command(ANA, 'list')).status).toBe(404)
  })
})
