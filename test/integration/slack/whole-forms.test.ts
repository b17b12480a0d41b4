import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { SECRET, openTestSlack } from './open-test-slack.ts'
import { buildRichConversation } from '../../../src/app/build-rich-conversation.ts'
import { buttonLabels, plainTextOf } from '../../unit/slack/words-of.ts'
import { eventCallback, globalShortcut, reaction } from '../../fakes/slack/payloads.ts'
import { handlePress, handleUtterance } from '../../../src/orchestrator/index.ts'
import { openProposal } from '../decisions/presses.ts'
import { openScene, openWorld, person, playbookOf } from '../decisions/world.ts'
import { signPayload } from '../../fakes/slack/slack-driver.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { SlackUser } from '../../fakes/slack/payloads.ts'
import type { TestSlack } from './open-test-slack.ts'
import type { World } from '../decisions/world.ts'

const onSlack = (someone: Person, user: string): Person => ({ ...someone, slack: { team: 'T0001', user } })
const ANA = onSlack(person('ana', ['responder', 'approver'], ['payments']), 'U0001')
const BO = onSlack(person('bo', ['responder', 'approver'], ['platform']), 'U0002')
const AUDITOR = onSlack(person('eve', ['auditor']), 'U0005')
const as = ({ name, slack }: Person): SlackUser => ({ team: 'T0001', user: slack?.user ?? '', name })
const STRANGER: SlackUser = { team: 'T0001', user: 'U0999', name: 'Ana' }

const ASKING = playbookOf((text) =>
  text.replace(
    'revision: { from: change.previous.id }',
    'revision: { ask: { type: string, title: History id to go back to, pattern: "^[0-9]+$" } }',
  ),
)

let world: World
let deps: Deps
let test: TestSlack
beforeAll(async () => {
  world = await openWorld()
  world.people = [ANA, BO, AUDITOR]
  const { directory } = world.deps
  deps = world.replica({
    playbooks: [{ ...ASKING, name: 'rollback-to' }, ...world.deps.playbooks],
    directory: {
      ...directory,
      findByAccount: ({ tenant, user }) =>
        world.people.find(({ slack }) => slack?.team === tenant && slack.user === user),
    },
  })
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.query(`UPDATE incidents SET state = 'resolved', resolved_at = now()`)
  test = await openTestSlack()
  test.rich = buildRichConversation(deps)
  test.answer = (request) => ('verb' in request ? handlePress(deps, request) : handleUtterance(deps, request))
})
afterEach(() => test.close())

const shown = (user: string) => test.fake.shownTo(user).map((message) => plainTextOf(message['blocks'] as unknown[]))
const forms = () => test.fake.callsOf('views.open').map(({ args }) => args['view'] as Form)
const formOpens = () => waitUntil('the form is open', () => forms().length > 0)
const openIncidents = () => deps.stores.incidents.list({ isUnresolved: true, limit: 10 })

interface Form {
  readonly callback_id: string
  readonly private_metadata: string
  readonly blocks: readonly {
    readonly block_id?: string
    readonly element?: { readonly type: string; readonly options?: unknown[] }
  }[]
}
const fieldsOf = (form: Form | undefined) =>
  form?.blocks.flatMap(({ block_id: id, element }) => (element === undefined ? [] : [`${id ?? ''} ${element.type}`]))

describe('the form for declaring an incident', () => {
  it.each([
    ['/incident declare without a title', () => test.driver.command(as(ANA), 'declare')],
    ['the shortcut of the app', () => test.driver.shortcut(as(ANA), 'countersign_declare')],
  ])('opens for %s, and says what the verb says', async (_way, open) => {
    await open()
    await formOpens()
    expect(fieldsOf(forms()[0])).toEqual(['title plain_text_input', 'severity static_select', 'service static_select'])

    const sent = await test.driver.fillIn(as(ANA), { title: 'Slow on Mondays', severity: 'SEV2', service: 'checkout' })

    expect(sent).toEqual({ status: 200, text: '' })
    const [incident] = await openIncidents()
    expect(incident).toMatchObject({
      title: 'Slow on Mondays',
      severity: 'SEV2',
      service: 'checkout',
      origin: 'declared',
    })
    const told = () => [...shown('U0001'), ...test.fake.messagesIn('DU0001').map(({ text }) => text)]
    await waitUntil('it is told', () => told().some((words) => words.startsWith(`${incident?.id ?? ''} is open.`)))
  })

  it('keeps the severity that was typed, and takes a title as it is, whatever it ends with', async () => {
    await test.driver.command(as(ANA), 'declare sev1')
    await formOpens()
    expect(JSON.stringify(forms()[0])).toContain('"initial_option":{"text":{"type":"plain_text","text":"SEV1')

    await test.driver.fillIn(as(ANA), { title: 'Payments fail on Mondays', severity: 'SEV1' })

    const [incident] = await openIncidents()
    expect(incident).toMatchObject({ title: 'Payments fail on Mondays', service: null, severity: 'SEV1' })
  })

  it('stays open and says what is wrong, and takes the second try', async () => {
    await test.driver.command(as(ANA), 'declare')
    await formOpens()

    const refused = await test.driver.fillIn(as(ANA), { title: ' \u200B ' })
    expect(JSON.parse(refused.text)).toEqual({
      response_action: 'errors',
      errors: { title: 'A title is missing: say in a few words what is wrong.' },
    })
    expect(await openIncidents()).toEqual([])
    await test.driver.fillIn(as(ANA), { title: 'It is the cache' })

    expect((await openIncidents()).map(({ title }) => title)).toEqual(['It is the cache'])
  })

  it('has a field for the service where no list can hold them all', async () => {
    const services = Array.from(
      { length: 101 },
      (_one, index) => [`s${String(index)}`, deps.catalog.services.get('checkout')!] as const,
    )
    test.rich = buildRichConversation({ ...deps, catalog: { services: new Map(services) } })

    await test.driver.command(as(ANA), 'declare')

    await formOpens()
    expect(fieldsOf(forms()[0])).toContain('service plain_text_input')
  })

  it.each([
    ['a stranger', STRANGER, 'is not in people.yaml'],
    ['somebody without the role', as(AUDITOR), 'may not declare'],
  ])('does not open for %s, who is told why', async (_who, user, words) => {
    await test.driver.command(user, 'declare')

    await waitUntil('it is told', () => shown(user.user).some((text) => text.includes(words)))
    expect(forms()).toEqual([])
  })

  it('counts for nobody who may not, also when they send it: the form is refused again', async () => {
    await test.driver.command(as(ANA), 'declare')
    await formOpens()

    const sent = await test.driver.fillIn(as(AUDITOR), { title: 'Forged' })

    expect(sent.text).toContain('may not declare')
    expect(await openIncidents()).toEqual([])
  })

  it('twin: with a policy that lets everybody, the form of somebody without the role counts', async () => {
    const open = { ...deps, authorize: () => ({ verdict: 'allow', reasons: [], policyVersion: 'open' }) as const }
    test.rich = buildRichConversation(open)
    await test.driver.command(as(ANA), 'declare')
    await formOpens()

    await test.driver.fillIn(as(AUDITOR), { title: 'Forged' })

    expect((await openIncidents()).map(({ title }) => title)).toEqual(['Forged'])
  })

  it('is not opened for words that the grammar refuses or takes', async () => {
    await test.driver.command(as(ANA), 'declare SEV9 x')
    await test.driver.command(as(ANA), 'declare Checkout is slow on checkout')

    await waitUntil('both are answered', () => shown('U0001').length === 2)
    expect(forms()).toEqual([])
  })

  it('is carried out once when the same bytes arrive again', async () => {
    await test.driver.command(as(ANA), 'declare')
    await formOpens()
    const request = signPayload(SECRET, test.driver.filledForm(as(ANA), { title: 'Once' }))

    const answers = await Promise.all(Array.from({ length: 20 }, () => test.driver.send(request)))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await openIncidents()).toHaveLength(1)
  })
})

describe('a form that arrives again', () => {
  it('twin: without the store of what was served, every copy of it opens an incident', async () => {
    const forgetful = await openTestSlack({
      deliveries: { serve: async () => undefined, served: async () => undefined },
    })
    forgetful.rich = buildRichConversation(deps)
    try {
      await forgetful.driver.command(as(ANA), 'declare')
      await waitUntil('the form is open', () => forgetful.fake.callsOf('views.open').length > 0)
      const request = signPayload(SECRET, forgetful.driver.filledForm(as(ANA), { title: 'Thrice' }))

      for (let copy = 0; copy < 3; copy += 1) await forgetful.driver.send(request)

      expect(await openIncidents()).toHaveLength(3)
    } finally {
      await forgetful.close()
    }
  })
})

describe('the form for the inputs of a playbook', () => {
  it('opens when an input has to be given, and proposes exactly what was filled in', async () => {
    const { incident } = await openScene(world)

    await test.driver.command(as(ANA), `run ${incident.id} rollback-to`)
    await formOpens()
    expect(fieldsOf(forms()[0])).toEqual(['input:revision plain_text_input'])
    const refused = await test.driver.fillIn(as(ANA), { 'input:revision': 'forty' })
    expect(JSON.parse(refused.text)).toMatchObject({
      response_action: 'errors',
      errors: { 'input:revision': expect.stringContaining('has to fit the pattern') },
    })
    await test.driver.fillIn(as(ANA), { 'input:revision': '41' })

    await waitUntil('it is told', () => shown('U0001').some((words) => / is proposed \(tier \d, plan /.test(words)))
    const proposal = await deps.stores.proposalQueries.findCurrent(incident.id)
    expect(proposal).toMatchObject({ state: 'pending', requester: 'ana', plan: { inputs: { revision: '41' } } })
  })

  it('makes another proposal of other inputs, whose requester is who changed them', async () => {
    const { incident } = await openScene(world)
    const first = await handleUtterance(deps, {
      ...{ surface: 'slack', channel: null, message: null, text: `run ${incident.id} rollback-to revision=41` },
      account: { surface: 'slack', tenant: 'T0001', user: 'U0001', displayName: 'ana' },
    })
    expect(first.kind).toBe('answer')
    const before = (await deps.stores.proposalQueries.findCurrent(incident.id))!

    await test.driver.changeInputs(as(BO), before.id)
    await formOpens()
    expect(fieldsOf(forms()[0])).toEqual(['input:app plain_text_input', 'input:revision plain_text_input'])
    expect(JSON.stringify(forms()[0])).toContain('"initial_value":"41"')
    await test.driver.fillIn(as(BO), { 'input:app': 'checkout-app', 'input:revision': '40' })

    await waitUntil('it is replaced', async () => (await deps.stores.proposals.find(before.id))?.state === 'superseded')
    const after = await deps.stores.proposalQueries.findCurrent(incident.id)
    expect(after).toMatchObject({ requester: 'bo', plan: { inputs: { revision: '40' } } })
    expect(after?.planHash).not.toBe(before.planHash)
  })

  it('is not opened when nothing is missing, nor for an input that the playbook does not have', async () => {
    const { incident } = await openScene(world)

    await test.driver.command(as(ANA), `run ${incident.id} rollback-bad-deploy`)
    await test.driver.command(as(ANA), `run ${incident.id} rollback-to colour=red`)

    await waitUntil('both are answered', () => shown('U0001').length === 2)
    expect(shown('U0001').join()).toContain('has no input "colour"')
    expect(forms()).toEqual([])
  })
})

describe('a form that is sent', () => {
  it('late is answered when it is done, and closes meanwhile', async () => {
    const release = Promise.withResolvers<undefined>()
    const { submit } = test.rich
    test.rich = {
      ...test.rich,
      submit: async (form) => {
        await release.promise
        return submit(form)
      },
    }
    await test.driver.command(as(ANA), 'declare')
    await formOpens()

    const sent = await test.driver.fillIn(as(ANA), { title: 'Slow to say' })
    expect(sent).toEqual({ status: 200, text: '' })
    expect(await openIncidents()).toEqual([])
    release.resolve(undefined)

    await waitUntil('it is told', () => shown('U0001').some((words) => words.includes('is open.')))
  })

  it.each([
    ['of another app', { callback_id: 'other' }],
    ['with a memory that is not ours', { private_metadata: '{"c":{"__proto__":1}}' }],
    ['with a memory that is no JSON', { private_metadata: '{' }],
    ['named like a thing of the language', { callback_id: 'constructor' }],
  ])('%s counts for nothing and is told so', async (_what, change) => {
    await test.driver.command(as(ANA), 'declare')
    await formOpens()
    const form = test.driver.filledForm(as(ANA), { title: 'Forged' })

    const sent = await test.driver.send(
      signPayload(SECRET, { ...form, view: { ...(form['view'] as object), ...change } }),
    )

    expect(sent.status).toBe(200)
    await waitUntil('it is told', () =>
      test.fake.messagesIn('DU0001').some(({ text }) => text.includes('older version')),
    )
    expect(await openIncidents()).toEqual([])
  })
})

describe('the app’s home', () => {
  it('shows what waits for the person, leads to its card, and holds no button that decides', async () => {
    const proposal = await openProposal(world, 3)
    const card = await test.slack.surface.postCard(
      'C0001',
      (await viewOf(proposal.incidentId))!,
      'card',
      AbortSignal.timeout(5_000),
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
      await waitUntil('the form is open', () => socket.fake.callsOf('views.open').length === 1)

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
