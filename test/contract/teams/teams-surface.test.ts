import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../../src/kernel/vendor-errors.ts'
import { APP_ID, CHANNEL, TENANT } from '../../fakes/teams/activities.ts'
import { fillView } from '../../unit/slack/hostile.ts'
import { makeView } from '../../fakes/slack/make-view.ts'
import { openTeamsWorld } from './teams-world.ts'
import { wordsOfMessage } from '../../fakes/teams/card-reading.ts'
import type { Fault } from '../../fakes/vendor-server.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { TeamsWorld } from './teams-world.ts'

let world: TeamsWorld
beforeEach(async () => {
  world = await openTeamsWorld()
})
afterEach(() => world.close())

const soon = () => AbortSignal.timeout(60_000)
const surface = () => world.teams.surface
const post = (channel = CHANNEL) => surface().postCard(channel, makeView(), 'card-1', soon())
const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
const ANA: Person = {
  id: 'ana',
  name: 'Ana',
  slack: null,
  teams: { tenant: TENANT, user: 'aad-ana' },
  groups: [],
  roles: [],
}

describe('the card on Teams', () => {
  it('begins a thread of its own in the channel', async () => {
    const card = await post()

    const [message] = world.connector.messages
    expect(card).toEqual({ channel: CHANNEL, message: message?.id })
    expect(message?.conversation).toBe(`${CHANNEL};messageid=${card.message}`)
    expect(wordsOfMessage(message)).toContain('INC-12')
    expect(world.connector.server.requests[0]?.body).toMatchObject({
      ...{ isGroup: true, bot: { id: `28:${APP_ID}` }, tenantId: TENANT },
      channelData: { channel: { id: CHANNEL } },
    })
  })

  it('is brought up to date in place', async () => {
    const card = await post()

    await surface().updateCard(card, makeView({ state: 'acknowledged' }), 'card-1', soon())

    expect(world.connector.messages).toHaveLength(1)
    expect(world.connector.messages[0]).toMatchObject({ updates: 1 })
    expect(wordsOfMessage(world.connector.messages[0])).toContain('acknowledged')
  })

  it('is a message in a group chat, which has no threads', async () => {
    const id = '19:chat@thread.v2'
    await world.remember({ id, kind: 'group' })

    const card = await post(id)
    await surface().updateCard(card, makeView({ state: 'acknowledged' }), 'card-1', soon())
    await surface().postInThread(card, 'Evidence.', soon())

    expect(world.connector.in(id).map(({ updates }) => updates)).toEqual([1, 0])
  })

  it('goes to the newest address that its place has named', async () => {
    await post()
    const moved = `${world.connector.server.url}/teams/emea/`
    await world.remember({ id: CHANNEL, kind: 'channel', serviceUrl: moved })
    await errorOf(post())

    expect(world.connector.server.requests.map(({ path }) => path)).toEqual([
      '/teams/v3/conversations',
      '/teams/emea/v3/conversations',
    ])
  })

  it('is not sent to an address that is not Microsoft’s', async () => {
    await world.remember({ id: CHANNEL, kind: 'channel', serviceUrl: 'https://evil.example/teams/' })

    expect(await errorOf(post())).toMatchObject({ code: 'vendor_rejected', vendorCode: 'service_url' })
    expect(world.connector.server.requests).toEqual([])
  })

  it('cannot be looked for: bots may not search a channel', async () => {
    await post()

    expect(await surface().findCard(CHANNEL, 'card-1', new Date(0), soon())).toBeNull()
  })

  it('fits even when it is as full as can be', async () => {
    const full = fillView(makeView(), () => '𝔸"\\'.repeat(2_000), 60)

    await surface().postCard(CHANNEL, full, 'card-1', soon())

    expect(Buffer.byteLength(world.connector.server.requests[0]?.text ?? '')).toBeLessThan(28_000)
  })
})

describe('what goes beside the card on Teams', () => {
  it('stands in its thread', async () => {
    const card = await post()

    await surface().postInThread(card, 'Evidence: <at>all</at> 5xx at 8.4 %', soon())

    const [, reply] = world.connector.in(`${CHANNEL};messageid=${card.message}`)
    expect(wordsOfMessage(reply)).toBe('Evidence: <at>all</at> 5xx at 8.4 %')
    expect(reply?.activity.text).toBeUndefined()
  })

  it('reaches one person in the chat that they have with the app', async () => {
    await world.remember({ id: 'a:own-chat', kind: 'personal', personAccount: 'aad-ana' })

    await surface().tellPerson(ANA, 'Your approval is needed.', soon())
    await surface().tellPerson({ ...ANA, teams: null }, 'Nobody hears this.', soon())

    expect(world.connector.messages.map(({ conversation }) => conversation)).toEqual(['a:own-chat'])
  })

  it('opens that chat once, where there is none yet', async () => {
    await surface().tellPerson(ANA, 'Your approval is needed.', soon())
    await surface().tellPerson(ANA, 'It expires in 5 min.', soon())

    expect(world.connector.in('a:personal-aad-ana').map(wordsOfMessage)).toEqual([
      'Your approval is needed.',
      'It expires in 5 min.',
    ])
    expect(world.connector.server.requests.filter(({ path }) => path === '/teams/v3/conversations')).toHaveLength(1)
  })

  it('is nothing to wait for where a person has not installed the app', async () => {
    world.connector.notInstalled.add('aad-ana')

    await expect(surface().tellPerson(ANA, 'Your approval is needed.', soon())).resolves.toBeUndefined()
    expect(world.connector.messages).toEqual([])
  })
})

describe('a Teams that does not do it', () => {
  const answer = (status: number, headers: Record<string, string> = {}): Fault => ({
    kind: 'answer',
    answer: { status, headers, body: { error: { code: 'Something', message: 'x' } } },
  })

  it.each([429, 412])('says how long to wait with %d, and nothing is sent again meanwhile', async (status) => {
    world.connector.server.inject(answer(status, { 'retry-after': '7' }))

    expect(await errorOf(post())).toMatchObject({ code: 'vendor_busy', retryAfterMs: 7_000 })
    expect(world.connector.server.requests).toHaveLength(1)
  })

  it.each([
    ['answers 500', answer(500), VendorUnknownError],
    ['answers 502', answer(502), VendorUnknownError],
    ['answers 504', answer(504), VendorUnknownError],
    ['does it and answers 502', { kind: 'effect-then-502' }, VendorUnknownError],
    ['does it and breaks the connection', { kind: 'effect-then-drop' }, VendorUnknownError],
    ['breaks the connection', { kind: 'drop' }, VendorUnknownError],
    ['asks to wait without saying how long', answer(429), VendorBusyError],
    ['leads elsewhere', answer(307, { location: 'https://evil.example/' }), VendorRejectedError],
    ['answers 400', answer(400), VendorRejectedError],
    ['answers what is no answer', { kind: 'answer', answer: { status: 201, body: { no: 'id' } } }, VendorUnknownError],
    ['answers with a page', { kind: 'answer', answer: { status: 200, body: '<html>' } }, VendorUnknownError],
  ] as const)('is told apart by what may have happened, and asked once: it %s', async (_name, fault, kind) => {
    world.connector.server.inject(fault)

    expect(await errorOf(post())).toBeInstanceOf(kind)
    expect(world.connector.server.requests).toHaveLength(1)
  })

  it('is given up when its time is over, and may have done it', async () => {
    world.connector.server.inject({ kind: 'hang' })

    const error = await errorOf(surface().postCard(CHANNEL, makeView(), 'card-1', AbortSignal.timeout(1_500)))

    expect(error).toBeInstanceOf(VendorUnknownError)
  })

  it('was not reached when nothing was sent', async () => {
    await world.connector.server.refuse()

    expect(await errorOf(post())).toBeInstanceOf(VendorUnreachableError)
    const stopped = surface().postCard(CHANNEL, makeView(), 'card-1', AbortSignal.abort())
    expect(await errorOf(stopped)).toBeInstanceOf(VendorUnreachableError)
  })

  it('is spoken to again after an outage', async () => {
    await world.connector.server.refuse()
    await errorOf(post())
    await world.connector.server.listen()

    expect(await post()).toMatchObject({ channel: CHANNEL })
  })

  it('says where the app is not installed, and what to do', async () => {
    world.connector.notInstalled.add(CHANNEL)

    const error = await errorOf(post())

    expect(error).toMatchObject({ code: 'vendor_rejected', vendorCode: 'not_installed' })
    expect((error as Error).message).toContain('Install the app')
  })

  it('refuses a wrong token, which stands in no message', async () => {
    world.connector.token = 'another'

    const error = await errorOf(post())

    expect(error).toMatchObject({ vendorCode: 'unauthorized' })
    expect((error as Error).message).not.toContain('outgoing-token')
  })

  it('says that a message is gone, so that the card is posted anew', async () => {
    const gone = { channel: CHANNEL, message: '1' }

    expect(await errorOf(surface().updateCard(gone, makeView(), 'card-1', soon()))).toMatchObject({
      vendorCode: 'message_not_found',
    })
  })
})

describe('the transport of botbuilder itself, in place of ours', () => {
  it('would post a card again whose answer was lost', async () => {
    const { ConfigurationBotFrameworkAuthentication } = await import('botbuilder')
    const plain = new ConfigurationBotFrameworkAuthentication({})
    const identity = { isAuthenticated: true, getClaimValue: () => null }
    const client = await plain.createConnectorFactory(identity as never).create(world.connector.serviceUrl, '')
    world.connector.token = undefined
    world.connector.server.inject({ kind: 'effect-then-502' })

    await client.conversations.sendToConversation('a:1', { type: 'message' })

    expect(world.connector.in('a:1')).toHaveLength(2)
  })
})

describe('what doctor finds of Teams', () => {
  it('is nothing when all is well', async () => {
    expect(await world.teams.checkHealth([CHANNEL, CHANNEL])).toMatchObject([
      { name: 'Teams app', ok: true, detail: `SingleTenant ${APP_ID}` },
      { name: `Teams channel ${CHANNEL}`, ok: true },
    ])
  })

  it('is a channel in which the app is not installed, with what to do', async () => {
    world.connector.notInstalled.add(CHANNEL)

    const [, channel] = await world.teams.checkHealth([CHANNEL])

    expect(channel).toMatchObject({ ok: false })
    expect(channel?.remedy).toContain('Install the app in the team of this channel')
  })
})

describe('a picture on Teams', () => {
  const PICTURE = {
    name: 'INC-1',
    title: 'INC-1',
    png: Uint8Array.from([1, 255, 0, 7]),
    words: 'It rose {{DATE(2026-11-20T14:02:00Z)}}.',
  }

  it('travels inside the card, with its words for who cannot see it', async () => {
    const card = await post()

    await surface().postPicture(card, PICTURE, soon())

    const shown = world.connector.messages.at(-1)
    expect(shown?.conversation).toBe(`${CHANNEL};messageid=${card.message}`)
    const drawn = JSON.stringify(shown)
    expect(drawn).toContain('data:image/png;base64,Af8ABw==')
    expect(drawn).toContain('altText')
    expect(drawn).not.toContain('{{DATE(')
  })

  it('shows what its words say, and nothing that hides or reorders', async () => {
    const card = await post()
    const words = 'INC-1 \u202Edeploy\u0000 \u{E0041}half \uD800 <at>Ana</at>'

    await surface().postPicture(card, { ...PICTURE, title: words, words }, soon())

    const shown = JSON.stringify(world.connector.messages.at(-1))
    expect(shown).toContain('deploy')
    expect(shown).not.toMatch(/\\u0000|\\ud800|\u202E|\u{E0041}|"entities"/iu)
  })

  it('may stand there twice when the answer was lost, as every post of the thread', async () => {
    const card = await post()
    const before = world.connector.messages.length
    world.connector.server.inject({ kind: 'effect-then-drop' })

    expect(await errorOf(surface().postPicture(card, PICTURE, soon()))).toBeInstanceOf(VendorUnknownError)
    await surface().postPicture(card, PICTURE, soon())

    expect(world.connector.messages).toHaveLength(before + 2)
  })

  it('is changed in its own message in the thread of the card', async () => {
    const card = await post()
    const message = (await surface().postPicture(card, PICTURE, soon())) ?? ''
    const before = world.connector.messages.length

    const other = { ...PICTURE, png: Uint8Array.from([9, 9, 9]), words: 'It fell.' }
    await surface().updatePicture(card, message, other, soon())

    expect(world.connector.messages).toHaveLength(before)
    const shown = world.connector.messages.find(({ id }) => id === message)
    expect(JSON.stringify(shown)).toContain('data:image/png;base64,CQkJ')
    expect(JSON.stringify(shown)).toContain('It fell.')
    expect(JSON.stringify(shown)).not.toContain('It rose')
  })

  it.each([
    ['could not be made', null],
    ['is too large for a message', new Uint8Array(40_000)],
  ])('is told in words where it %s', async (_what, png) => {
    const card = await post()

    await surface().postPicture(card, { ...PICTURE, png }, soon())

    expect(JSON.stringify(world.connector.messages.at(-1))).not.toContain('data:image')
    expect(wordsOfMessage(world.connector.messages.at(-1))).toContain('rose')
  })
})
