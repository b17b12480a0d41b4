import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { verifySlackRequest } from '@slack/bolt'
import { HEAVY_REASON, hasHeavyTools } from './support/heavy-tool.ts'
import { API_TOKEN, SLACK_SECRET } from './support/real-installation.ts'
import { describeWhen, findShared, itWhenShared } from '../support/skip.ts'
import { openShopInChat } from './support/shop-in-chat.ts'
import { plainTextOf } from '../unit/slack/words-of.ts'
import { SlackCards } from './support/slack-cards.ts'
import { waitLong, waitUntilLong } from './support/wait-long.ts'
import type { RunFacts } from '../../src/cli/demo/incident-reader.ts'
import type { SignedRequest } from '../fakes/slack/slack-driver.ts'
import type { ShopInChat } from './support/shop-in-chat.ts'

const SPECIFICATION = 'contracts/slack/slack-web-api.openapi.json'
/** What the requester is told. */
const REFUSED = 'requested this plan and cannot approve it'

describeWhen(hasHeavyTools(), HEAVY_REASON, 'an incident in Slack, as emulate holds it', () => {
  let shop: ShopInChat
  let cards: SlackCards
  beforeAll(async () => {
    shop = await openShopInChat({ specification: findShared(SPECIFICATION) })
    cards = new SlackCards(shop.slack, shop.channel)
    shop.letAlertsIn()
  }, 240_000)
  afterAll(() => shop.close(), 60_000)

  const proposal = async () => (await shop.incidents.find('INC-1')).proposal
  const happened = (kind: string) => shop.sandbox.events.filter((event) => event.kind === kind)
  const ended = (): Promise<RunFacts> =>
    waitLong('the run ends', async () => {
      const [id] = (await shop.incidents.find('INC-1')).runs
      const run = id === undefined ? undefined : await shop.incidents.findRun(id)
      return run !== undefined && ['succeeded', 'failed', 'stopped', 'undone'].includes(run.state) ? run : undefined
    })

  it('is one card in the channel, with what the bot proposes', async () => {
    const card = await cards.waitForButton('Approve')

    expect(plainTextOf(card.blocks ?? [])).toMatch(/^🔴 SEV1 · checkout[\s\S]*Tier 3[\s\S]*0 of 2 approvals/)
    expect(await shop.slack.messagesIn(shop.channel)).toHaveLength(1)
  }, 240_000)

  it('is answered to the asker alone, in the thread as well', async () => {
    const { ben, dora } = shop.inSlack
    const [card] = await shop.slack.messagesIn(shop.channel)

    await shop.hand.command(dora, 'list', shop.channel)
    await shop.hand.mention(ben, 'status', { channel: shop.channel, thread: card!.ts })

    await waitUntilLong('Dora reads the list', () => cards.toldTo(dora).includes('INC-1'))
    await waitUntilLong('Ben reads the state', () => cards.toldTo(ben).includes('INC-1'))
    expect(await shop.slack.messagesIn(shop.channel)).toHaveLength(1)
  }, 120_000)

  it('stands on the app’s home of everybody whose approval it waits for', async () => {
    await shop.hand.openHome(shop.inSlack.ben)

    const { args } = await waitLong('the home', () =>
      shop.slack.gate.calls.find(({ method }) => method === 'views.publish'),
    )
    expect(args).toMatchObject({ user_id: shop.inSlack.ben.user })
    expect(args['view']).toContain('INC-1')
  }, 120_000)

  it('has on its timeline what a person wrote in its thread and another one pinned', async () => {
    const [card] = await shop.slack.messagesIn(shop.channel)
    const ts = await shop.slack.write('dora', 'The bank says it is us', { channel: shop.channel, thread: card!.ts })

    await shop.hand.pin(shop.inSlack.ben, { channel: shop.channel, ts })

    await waitUntilLong('it is on the timeline', async () => {
      const headers = { authorization: `Bearer ${API_TOKEN}` }
      const timeline = await fetch(`${shop.url}/api/v1/incidents/INC-1/timeline`, { headers })
      return (await timeline.text()).includes('The bank says it is us')
    })
  }, 120_000)

  it('has a plan rejected with a reason, by the form that Slack opens', async () => {
    const { ana } = shop.inSlack
    const card = await cards.waitForButton('Reject')

    await shop.hand.press(ana, { channel: shop.channel, message: card }, 'Reject')
    await waitUntilLong('the form is open', () => shop.slack.gate.calls.some(({ method }) => method === 'views.open'))
    await shop.hand.submit(ana, 'I look at the database first')

    await cards.waitForText('I look at the database first')
    expect(happened('rollback.requested')).toHaveLength(0)
  }, 120_000)

  it('runs what a person typed once two others have approved, and says so on the card and in its thread', async () => {
    const { ana, ben, chen } = shop.inSlack
    await shop.hand.command(ana, 'run INC-1 rollback-bad-deploy', shop.channel)
    const [id = ''] = await waitLong('the answer', () => /PRO-\d+ (?=is proposed)/.exec(cards.toldTo(ana)) ?? undefined)
    await cards.waitForText(id.trim())
    const at = { channel: shop.channel, message: await cards.waitForButton('Approve') }

    await shop.hand.press(ana, at, 'Approve')
    await waitUntilLong('Ana is refused', () => cards.toldTo(ana).includes(REFUSED))
    await shop.hand.press(ben, at, 'Approve')
    await waitUntilLong('the first approval counts', async () => (await proposal())?.decisions.length === 1)
    await shop.hand.press(ben, at, 'Approve')
    await cards.waitForText('1 of 2 approvals')
    expect(happened('rollback.requested')).toHaveLength(0)
    await shop.hand.press(chen, at, 'Approve')

    const run = await ended()
    expect(run.state).toBe('succeeded')
    expect(happened('rollback.requested')).toHaveLength(1)
    const card = await cards.waitForText('RUN-1')
    await waitUntilLong('nothing is left to decide', async () => !(await cards.hasButton('Approve')))
    await waitUntilLong('the thread tells it', async () => (await cards.threadOf(card)).includes('succeeded'))
  }, 240_000)

  it('had no call of ours without the token, and none that Slack’s specification refuses', () => {
    const { gate } = shop.slack

    expect({ strangers: gate.strangers, misfits: gate.misfits }).toEqual({ strangers: [], misfits: [] })
    expect(new Set(gate.calls.map(({ method }) => method)).size).toBeGreaterThan(3)
  })

  it('would have told a call without it: emulate takes any token, and the gate before it does not', async () => {
    const token = 'xoxb-of-somebody-else'

    expect(await call(`${shop.slack.pageUrl}/api/`, 'auth.test', {}, token)).toMatchObject({ ok: true })
    expect(await call(shop.slack.gate.apiUrl, 'auth.test', {}, token)).toEqual({ ok: false, error: 'invalid_auth' })
  })

  itWhenShared(SPECIFICATION, 'would have told an unfit one: emulate takes it, and Prism does not', async () => {
    const [args, token] = [{ channel: shop.channel, limit: 'a few' }, shop.slack.botToken]

    expect(await call(`${shop.slack.pageUrl}/api/`, 'conversations.history', args, token)).toMatchObject({ ok: true })
    expect(await call(shop.slack.gate.apiUrl, 'conversations.history', args, token)).toMatchObject({ status: 422 })
    expect(shop.slack.gate.calls.filter(({ wasChecked }) => wasChecked)).not.toHaveLength(0)
  })

  it('takes what Bolt itself takes for Slack’s, and nothing else', async () => {
    const { ana } = shop.inSlack
    const genuine = await shop.hand.commandRequest(ana, 'list', shop.channel)
    const forged = { ...genuine, body: genuine.body.replace(ana.user, shop.inSlack.chen.user) }

    expect(() => verifyByBolt(genuine)).not.toThrow()
    expect(await shop.hand.send(genuine)).toMatchObject({ status: 200 })
    expect(() => verifyByBolt(forged)).toThrow(/signature/)
    expect(await shop.hand.send(forged)).toMatchObject({ status: 401 })
  })
})

async function call(base: string, method: string, args: Record<string, string>, token: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(base + method, { method: 'POST', headers, body: new URLSearchParams(args) })
  return response.json()
}

function verifyByBolt({ body, headers }: SignedRequest): void {
  const signature = headers['x-slack-signature'] ?? ''
  const timestamp = Number(headers['x-slack-request-timestamp'])
  verifySlackRequest({
    ...{ signingSecret: SLACK_SECRET, body },
    headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp },
  })
}
