import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openSlackWorld } from './slack-world.ts'
import { person } from '../../integration/decisions/world.ts'
import type { SlackWorld } from './slack-world.ts'

const ANA = { ...person('ana', ['approver']), slack: { team: 'T0001', user: 'U0001' } }
const CARD = { channel: 'C0001', message: '1700000000.000100' }
const never = new AbortController().signal

let slack: SlackWorld
beforeEach(async () => {
  slack = await openSlackWorld()
})
afterEach(() => slack.close())

const inThread = () => slack.fake.messagesIn('C0001').filter((message) => message.threadTs === CARD.message)
const lost = { keys: ['7'], since: new Date() }

describe('a post that may have arrived', () => {
  it('is found in the thread by the key that it carries, and not said again', async () => {
    await slack.slack.surface.postInThread(CARD, 'one\ntwo', never, { keys: ['6', '7'], since: null })

    await slack.slack.surface.postInThread(CARD, 'two', never, lost)

    expect(inThread()).toHaveLength(1)
    expect(slack.fake.callsOf('conversations.replies')).toHaveLength(1)
  })

  it('is said when it is not there', async () => {
    await slack.slack.surface.postInThread(CARD, 'another', never, { keys: ['17'], since: null })

    await slack.slack.surface.postInThread(CARD, 'two', never, lost)

    expect(inThread().map((message) => message.text)).toEqual(['another', 'two'])
  })

  it('is said twice where the app may not read: rather than never', async () => {
    await slack.slack.surface.postInThread(CARD, 'two', never, { keys: ['7'], since: null })
    slack.fake.failNext('conversations.replies', { kind: 'error', code: 'missing_scope' })

    await slack.slack.surface.postInThread(CARD, 'two', never, lost)

    expect(inThread()).toHaveLength(2)
  })

  it('is not said while nobody can tell: the next try looks again', async () => {
    slack.fake.failNext('conversations.replies', { kind: 'status', status: 503 })

    await expect(slack.slack.surface.postInThread(CARD, 'two', never, lost)).rejects.toMatchObject({
      code: 'vendor_unknown',
    })

    expect(inThread()).toHaveLength(0)
  })

  it('to one person is looked for in their direct messages', async () => {
    await slack.slack.surface.tellPerson(ANA, 'Please look', never, { keys: ['7'], since: null })

    await slack.slack.surface.tellPerson(ANA, 'Please look', never, lost)

    expect(slack.fake.messagesIn('DU0001')).toHaveLength(1)
  })
})
