import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../../src/kernel/vendor-errors.ts'
import { BOT_SCOPES } from '../../../src/adapters/slack/manifest/bot-scopes.ts'
import { fillView } from '../../unit/slack/hostile.ts'
import { makeView } from '../../fakes/slack/make-view.ts'
import { openSlackWorld } from './slack-world.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { SlackWorld } from './slack-world.ts'

let world: SlackWorld
beforeEach(async () => {
  world = await openSlackWorld()
})
afterEach(() => world.close())

const soon = () => AbortSignal.timeout(60_000)
const surface = () => world.slack.surface
const post = (channel = 'C0001', cardId = 'card-1') => surface().postCard(channel, makeView(), cardId, soon())
const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
const aMinuteAgo = () => new Date(Date.now() - 60_000)
const ANA: Person = {
  id: 'ana',
  name: 'Ana',
  slack: { team: 'T0001', user: 'U0001' },
  teams: null,
  groups: [],
  roles: [],
}

describe('the card on Slack', () => {
  it('is posted once, quiet, with the id by which it can be found', async () => {
    const card = await post()

    const [message] = world.fake.messagesIn('C0001')
    expect(card).toEqual({ channel: 'C0001', message: message?.ts })
    expect(message?.metadata).toEqual({ event_type: 'countersign_card', event_payload: { card_id: 'card-1' } })
    expect(message?.text).toContain('INC-12 SEV2')
    expect(world.fake.callsOf('chat.postMessage')[0]?.args).toMatchObject({
      ...{ unfurl_links: 'false', unfurl_media: 'false', link_names: 'false', parse: 'none' },
    })
  })

  it('is brought up to date in place, always with its blocks', async () => {
    const card = await post()

    await surface().updateCard(card, makeView({ state: 'acknowledged' }), 'card-1', soon())

    const [message] = world.fake.messagesIn('C0001')
    expect(message?.updates).toBe(1)
    expect(message?.blocks.length).toBeGreaterThan(3)
    expect(message?.text).toContain('(acknowledged)')
  })

  it('is found after its answer was lost, and by its own id only', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'answer_lost' })
    const since = aMinuteAgo()

    expect(await errorOf(post())).toBeInstanceOf(VendorUnknownError)

    const found = await surface().findCard('C0001', 'card-1', since, soon())
    expect(found).toEqual({ channel: 'C0001', message: world.fake.messagesIn('C0001')[0]?.ts })
    expect(await surface().findCard('C0001', 'card-2', since, soon())).toBeNull()
    expect(await surface().findCard('C0002', 'card-1', since, soon())).toBeNull()
  })

  it('is found behind hundreds of later messages', async () => {
    await post()
    for (let index = 0; index < 210; index += 1) await post('C0001', `other-${index}`)

    expect(await surface().findCard('C0001', 'card-1', aMinuteAgo(), soon())).not.toBeNull()
    expect(world.fake.callsOf('conversations.history')).toHaveLength(2)
  })

  it('is sent once more, shorter, when Slack finds it too long', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'error', code: 'msg_blocks_too_long' })
    const full = fillView(makeView(), () => 'many words '.repeat(50), 40)

    await surface().postCard('C0001', full, 'card-1', soon())

    const [first, second] = world.fake
      .callsOf('chat.postMessage')
      .map(({ args }) => JSON.stringify(args['blocks']).length)
    expect(second).toBeLessThan(first!)
    expect(world.fake.messagesIn('C0001')).toHaveLength(1)
  })
})

describe('what goes beside the card', () => {
  it('stands in its thread', async () => {
    const card = await post()

    await surface().postInThread(card, 'Evidence: <!channel> 5xx at 8.4 %', soon())

    const reply = world.fake.messagesIn('C0001')[1]
    expect(reply?.threadTs).toBe(card.message)
    expect(reply?.text).toBe('Evidence: &lt;!channel&gt; 5xx at 8.4 %')
  })

  it('reaches one person alone, whose channel is asked for once', async () => {
    await surface().tellPerson(ANA, 'Your approval is needed.', soon())
    await surface().tellPerson(ANA, 'It expires in 5 min.', soon())
    await surface().tellPerson({ ...ANA, slack: null }, 'Nobody hears this.', soon())

    expect(world.fake.messagesIn('DU0001').map(({ text }) => text)).toEqual([
      'Your approval is needed.',
      'It expires in 5 min.',
    ])
    expect(world.fake.callsOf('conversations.open')).toHaveLength(1)
  })
})

describe('a Slack that does not do it', () => {
  it('says how long to wait, and nothing is sent again meanwhile', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'rate_limited', seconds: 7 })

    expect(await errorOf(post())).toMatchObject({ code: 'vendor_busy', retryAfterMs: 7_000 })
    expect(world.fake.callsOf('chat.postMessage')).toHaveLength(1)
  })

  it.each([
    ['answers 500', { kind: 'status', status: 500 }, VendorUnknownError],
    ['answers 503', { kind: 'status', status: 503 }, VendorUnknownError],
    ['answers that it broke in between', { kind: 'error', code: 'fatal_error' }, VendorUnknownError],
    ['answers with a page of a proxy', { kind: 'html' }, VendorUnknownError],
    ['breaks the connection', { kind: 'reset' }, VendorUnknownError],
    ['answers that it is too much', { kind: 'error', code: 'ratelimited' }, VendorBusyError],
    ['answers 403', { kind: 'status', status: 403 }, VendorRejectedError],
    ['refuses', { kind: 'error', code: 'restricted_action' }, VendorRejectedError],
  ] as const)('is told apart by what may have happened: it %s', async (_name, fault, kind) => {
    world.fake.failNext('chat.postMessage', fault)

    expect(await errorOf(post())).toBeInstanceOf(kind)
    expect(world.fake.callsOf('chat.postMessage')).toHaveLength(1)
  })

  it('is given up when its time is over, and may have done it', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'hang' })

    const error = await errorOf(surface().postCard('C0001', makeView(), 'card-1', AbortSignal.timeout(1_500)))

    expect(error).toBeInstanceOf(VendorUnknownError)
  })

  it('was not reached when nothing was sent', async () => {
    await world.fake.close()
    const error = await errorOf(post())
    world = await openSlackWorld()

    expect(error).toBeInstanceOf(VendorUnreachableError)
    expect(await errorOf(surface().postCard('C0001', makeView(), 'card-1', AbortSignal.abort()))).toBeInstanceOf(
      VendorUnreachableError,
    )
  })

  it('is spoken to again after an outage', async () => {
    world.fake.setOutage(true)
    expect(await errorOf(post())).toBeInstanceOf(VendorUnknownError)
    world.fake.setOutage(false)

    expect(await post()).toMatchObject({ channel: 'C0001' })
  })

  it.each([
    ['channel_not_found', () => world.fake.channels.missing.add('C0001'), 'invite the bot'],
    ['is_archived', () => world.fake.channels.archived.add('C0001'), 'archived'],
    ['not_in_channel', () => world.fake.channels.without.add('C0001'), '/invite'],
  ] as const)('names what is wrong with the channel and what to do: %s', async (vendorCode, spoil, remedy) => {
    spoil()

    const error = await errorOf(post())

    expect(error).toMatchObject({ code: 'vendor_rejected', vendorCode })
    expect((error as Error).message).toContain(remedy)
  })

  it('refuses a wrong token, which stands in no message', async () => {
    await world.close()
    world = await openSlackWorld({ botToken: 'xoxb-wrong-0002' })

    const error = await errorOf(post())

    expect(error).toMatchObject({ vendorCode: 'invalid_auth' })
    expect((error as Error).message).not.toContain('xoxb')
  })

  it('says that a message is gone, so that the card is posted anew', async () => {
    const gone = { channel: 'C0001', message: '1.000001' }

    expect(await errorOf(surface().updateCard(gone, makeView(), 'card-1', soon()))).toMatchObject({
      vendorCode: 'message_not_found',
    })
  })
})

describe('the tokens', () => {
  it('stand in no line of the log, whatever fails', async () => {
    await world.close()
    const lines: string[] = []
    const write = (fields: object, message: string) =>
      void lines.push(`${message} ${inspect(fields, { depth: 10, showHidden: true })}`)
    const log = { debug: write, info: write, warn: write, error: write, child: () => log }
    world = await openSlackWorld({ log })
    for (const kind of ['reset', 'html', 'answer_lost'] as const) world.fake.failNext('chat.postMessage', { kind })
    world.fake.failNext('chat.postMessage', { kind: 'status', status: 500 }, { kind: 'rate_limited', seconds: 1 })

    for (let index = 0; index < 5; index += 1) {
      lines.push(inspect(await errorOf(post()), { depth: 10, showHidden: true }))
    }

    expect(lines.join('\n')).not.toContain(world.fake.botToken)
  })
})

describe('the guard that reads a lost answer as unknown, taken out', () => {
  it('posts the card twice', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'answer_lost' })

    await errorOf(post())
    await post()

    expect(world.fake.messagesIn('C0001')).toHaveLength(2)
  })
})

describe('doctor', () => {
  const all = BOT_SCOPES.map(({ scope }) => scope)

  it('finds nothing when all is well', async () => {
    world.fake.scopes = all

    const findings = await world.slack.checkHealth(['C0001', 'C0001'])

    expect(findings.map(({ name, ok }) => [name, ok])).toEqual([
      ['Slack token', true],
      ['Slack scopes', true],
      ['Slack channel C0001', true],
    ])
  })

  it('names the missing scope with what it is for, and the channel the bot is not in', async () => {
    world.fake.scopes = all.filter((scope) => scope !== 'channels:history')
    world.fake.channels.without.add('C0002')

    const findings = await world.slack.checkHealth(['C0002'])

    expect(findings.slice(1)).toMatchObject([
      {
        ok: false,
        detail: expect.stringMatching(/^missing: channels:history \(.+\)$/),
      },
      { ok: false, detail: 'the bot is not a member', remedy: 'Type /invite and the bot’s name in the channel.' },
    ])
  })

  it('asks for a connection in Socket Mode, and says what is wrong with the app token', async () => {
    await world.close()
    world = await openSlackWorld({ appToken: 'xapp-wrong' })

    const socket = (await world.slack.checkHealth([])).find(({ name }) => name === 'Slack socket')

    expect(socket).toMatchObject({ ok: false })
    expect(socket?.remedy).toContain('connections:write')
  })

  it('stops at a token that is wrong', async () => {
    await world.close()
    world = await openSlackWorld({ botToken: 'xoxb-wrong-0002' })

    const findings = await world.slack.checkHealth(['C0001'])

    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ ok: false })
    expect(findings[0]?.detail).toContain('Check SLACK_BOT_TOKEN')
  })
})
