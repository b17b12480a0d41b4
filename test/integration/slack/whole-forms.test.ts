import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { SECRET, openTestSlack } from './open-test-slack.ts'
import { buildRichConversation } from '../../../src/app/build-rich-conversation.ts'
import { handleUtterance } from '../../../src/orchestrator/index.ts'
import { openScene } from '../decisions/world.ts'
import { signPayload } from '../../fakes/slack/slack-driver.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { TestSlack } from './open-test-slack.ts'
import type { World } from '../decisions/world.ts'
import { ANA, as, AUDITOR, BO, openFormsWorld, STRANGER } from './forms-world.ts'
import type { Form, FormsSlack, FormsWorld } from './forms-world.ts'

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

const shown = (user: string) => slack.shown(user)
const forms = () => slack.forms()
const formOpens = () => slack.formOpens()
const openIncidents = () => opened.openIncidents()
/** Where the work takes long, the form closes before it is done. */
async function openedIncidents() {
  await waitUntil('an incident is open', async () => (await openIncidents()).length > 0)
  return openIncidents()
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
    const [incident] = await openedIncidents()
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

    const [incident] = await openedIncidents()
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

    expect((await openedIncidents()).map(({ title }) => title)).toEqual(['It is the cache'])
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

    expect((await openedIncidents()).map(({ title }) => title)).toEqual(['Forged'])
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
    expect(await openedIncidents()).toHaveLength(1)
  })
})

describe('a form that arrives again', () => {
  it('twin: without the store of what was served, every copy of it opens an incident', async () => {
    const forgetful = await openTestSlack({
      deliveries: { serve: async () => undefined, served: async () => undefined, servedAnswer: async () => undefined },
    })
    forgetful.rich = buildRichConversation(deps)
    try {
      await forgetful.driver.command(as(ANA), 'declare')
      await waitUntil('the form is open', () => forgetful.fake.forms().length > 0)
      const request = signPayload(SECRET, forgetful.driver.filledForm(as(ANA), { title: 'Thrice' }))

      for (let copy = 0; copy < 3; copy += 1) await forgetful.driver.send(request)

      await waitUntil('each opens one', async () => (await openIncidents()).length === 3)
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
