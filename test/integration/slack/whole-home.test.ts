import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { openTestSlack } from './open-test-slack.ts'
import { buildRichConversation } from '../../../src/app/build-rich-conversation.ts'
import { buttonLabels, plainTextOf } from '../../unit/slack/words-of.ts'
import { eventCallback, globalShortcut, reaction } from '../../fakes/slack/payloads.ts'
import { openProposal } from '../decisions/presses.ts'
import { openScene } from '../decisions/world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { TestSlack } from './open-test-slack.ts'
import type { World } from '../decisions/world.ts'
import { ANA, as, BO, openFormsWorld, STRANGER } from './forms-world.ts'
import type { FormsSlack, FormsWorld } from './forms-world.ts'

let world: World
let deps: Deps
let test: TestSlack
let opened: FormsWorld
let slack: FormsSlack
beforeAll(async () => {
  opened = await openFormsWorld()
  ;({ world, deps } = opened)
})
afterAll(() => world.close())
beforeEach(async () => {
  slack = await opened.openSlack()
  ;({ test } = slack)
})
afterEach(() => test.close())

const forms = () => slack.forms()
const formOpens = () => slack.formOpens()
const openIncidents = () => opened.openIncidents()

describe('the app’s home', () => {
  it('shows what waits for the person, leads to its card, and holds no button that decides', async () => {
    const proposal = await openProposal(world, 3)
    const card = await test.slack.surface.postCard(
      'C0001',
      (await viewOf(proposal.incidentId))!,
      'card',
      AbortSignal.timeout(60_000),
    )
    const kept = await deps.stores.cards.ensure(proposal.incidentId, 'slack', 'C0001')
    await deps.stores.cards.markShown(kept.id, card, 'hash')

    await test.driver.event(as(BO), { type: 'app_home_opened', user: 'U0002', channel: 'DU0002', tab: 'home' })

    await waitUntil('it is published', () => test.fake.homes.has('U0002'))
    const home = test.fake.homes.get('U0002') as { blocks: { elements?: { url?: string }[] }[] }
    expect(plainTextOf(home.blocks)).toContain('Waiting for your approval: 1')
    expect(plainTextOf(home.blocks)).toContain(proposal.id)
    expect(buttonLabels(home.blocks)).toEqual(['Open the card', 'Declare an incident'])
    expect(JSON.stringify(home)).toContain(
      `https://example-bank.slack.com/archives/C0001/p${card.message.replace('.', '')}`,
    )
  })

  it('tells a stranger that they are one, and shows nothing else', async () => {
    await openProposal(world, 3)

    await test.driver.event(STRANGER, { type: 'app_home_opened', user: 'U0999', channel: 'DU0999', tab: 'home' })

    await waitUntil('it is published', () => test.fake.homes.has('U0999'))
    const home = test.fake.homes.get('U0999') as { blocks: unknown[] }
    expect(plainTextOf(home.blocks)).toContain('is not in people.yaml')
    expect(JSON.stringify(home)).not.toContain('INC-')
  })

  it('opens the form from its button', async () => {
    await test.driver.pressHome(as(ANA), 'countersign_declare')

    await formOpens()
    expect(forms()[0]?.callback_id).toBe('countersign_declare')
  })

  it('is not drawn for the other pages of the app', async () => {
    await test.driver.event(as(ANA), { type: 'app_home_opened', user: 'U0001', channel: 'DU0001', tab: 'messages' })
    await test.driver.event(as(BO), { type: 'app_home_opened', user: 'U0002', channel: 'DU0002', tab: 'home' })

    await waitUntil('the other is published', () => test.fake.homes.has('U0002'))
    expect(test.fake.homes.has('U0001')).toBe(false)
  })
})

describe('a personal conversation with the app', () => {
  const line = (text: string, change: object = {}) => ({
    ...{ type: 'message', channel: 'D0001', channel_type: 'im', user: 'U0001', ts: '20.000001', text },
    ...change,
  })

  it('speaks the same grammar about every open incident, and answers below the line', async () => {
    const { incident } = await openScene(world)

    await test.driver.event(as(ANA), line('status'))
    await test.driver.event(as(ANA), line('what is up', { ts: '20.000002' }))

    await waitUntil('both are answered', () => test.fake.messagesIn('D0001').length === 2)
    const answers = test.fake.messagesIn('D0001')
    expect(answers.find(({ threadTs }) => threadTs === '20.000001')?.text).toContain(`${incident.id} is open.`)
    expect(answers.find(({ threadTs }) => threadTs === '20.000002')?.text).toContain('There is no verb')
    expect(buttonLabels(answers.flatMap(({ blocks }) => [...blocks]))).toEqual([])
  })

  it.each([
    ['a bot', line('list', { bot_id: 'B0001' })],
    ['an edit', line('list', { subtype: 'message_changed', message: { ts: '20.1', user: 'U0001', text: 'list' } })],
    ['a channel', line('list', { channel_type: 'channel', channel: 'C0001' })],
  ])('does not listen to %s', async (_what, event) => {
    await test.driver.event(as(ANA), event)
    await test.driver.event(as(ANA), line('help', { ts: '20.000003' }))

    await waitUntil('help is answered', () => test.fake.messagesIn('D0001').length === 1)
    expect(test.said.map(({ text }) => text)).toEqual(['help'])
  })
})

describe('Socket Mode', () => {
  it('carries shortcuts, forms, their errors and events as HTTP does', async () => {
    const socket = await openTestSlack({ socketMode: true })
    socket.rich = buildRichConversation(deps)
    try {
      await waitUntil('the socket is connected', () => socket.fake.socket.isConnected)
      await socket.fake.socket.send(
        'interactive',
        globalShortcut(as(ANA), 'countersign_declare', socket.fake.issueTrigger()),
      )
      await waitUntil('the form is open', () => socket.fake.forms().length === 1)

      const refused = await socket.fake.socket.send('interactive', socket.driver.filledForm(as(ANA), {}))
      expect(refused?.payload).toMatchObject({ response_action: 'errors', errors: { title: expect.any(String) } })
      await socket.fake.socket.send('interactive', socket.driver.filledForm(as(ANA), { title: 'Over a socket' }))
      await waitUntil('it is open', async () => (await openIncidents()).length === 1)
      const [incident] = await openIncidents()

      const kept = await deps.stores.cards.ensure(incident!.id, 'slack', 'C0777')
      await deps.stores.cards.markShown(kept.id, { channel: 'C0777', message: '21.000000' }, 'hash')
      socket.fake.said.push({ channel: 'C0777', ts: '21.000001', threadTs: null, user: 'U0002', text: 'by socket' })
      const pin = eventCallback(
        as(ANA),
        'Ev-socket-pin',
        reaction(as(ANA), 'reaction_added', { channel: 'C0777', ts: '21.000001' }),
      )
      await socket.fake.socket.send('events_api', pin)
      await socket.fake.socket.send('events_api', pin)
      await waitUntil('it is on the timeline', async () => {
        const entries = await deps.stores.timeline.list(incident!.id, null, 50)
        return entries.filter(({ text }) => text.includes('“by socket”')).length === 1
      })
    } finally {
      await socket.close()
    }
  })
})

async function viewOf(incidentId: string) {
  const answer = await buildRichConversation(deps).home({
    surface: 'slack',
    tenant: 'T0001',
    user: 'U0002',
    displayName: 'bo',
  })
  return answer.kind === 'home' ? answer.home.open.find(({ view }) => view.id === incidentId)?.view : undefined
}
