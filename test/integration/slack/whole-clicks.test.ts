import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { openProposal } from '../decisions/presses.ts'
import { openWorld, person } from '../decisions/world.ts'
import { SurfaceBudgets } from '../../../src/orchestrator/outbox/surface-budgets.ts'
import { SECRET, openTestSlack } from './open-test-slack.ts'
import { blockActions } from '../../fakes/slack/payloads.ts'
import { buttonLabels, plainTextOf } from '../../unit/slack/words-of.ts'
import { deliverCard } from '../../../src/orchestrator/outbox/deliver-card.ts'
import { findButton, signPayload } from '../../fakes/slack/slack-driver.ts'
import { handlePress, handleUtterance } from '../../../src/orchestrator/index.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { SlackUser } from '../../fakes/slack/payloads.ts'
import type { StoredMessage } from '../../fakes/slack/fake-slack-api.ts'
import type { TestSlack } from './open-test-slack.ts'
import type { World } from '../decisions/world.ts'

const onSlack = (someone: Person, user: string): Person => ({ ...someone, slack: { team: 'T0001', user } })
const ANA = onSlack(person('ana', ['responder', 'approver'], ['payments']), 'U0001')
const BO = onSlack(person('bo', ['responder', 'approver'], ['platform']), 'U0002')
const DI = onSlack(person('di', ['responder'], ['payments']), 'U0004')
const as = (someone: Person, name = someone.name): SlackUser => ({
  team: 'T0001',
  user: someone.slack?.user ?? '',
  name,
})

let world: World
let deps: Deps
let test: TestSlack
beforeAll(async () => {
  world = await openWorld()
  world.people = [ANA, BO, DI]
  const { directory } = world.deps
  deps = world.replica({
    accountStandings: { standingOf: (account) => test.slack.standings.standingOf(account) },
    settings: {
      routes: [{ surface: 'slack', owner: null, severity: null, channel: 'C0001' }],
      decidesInConsole: true,
    },
    directory: {
      ...directory,
      findByAccount: ({ tenant, user }) =>
        world.people.find(({ slack }) => slack?.team === tenant && slack.user === user),
    },
  })
})
afterAll(() => world.close())
beforeEach(async () => {
  test = await openTestSlack()
  test.answer = (request) => ('verb' in request ? handlePress(deps, request) : handleUtterance(deps, request))
})
afterEach(() => test.close())

const shown = (user: string) => test.fake.shownTo(user).map((message) => plainTextOf(message['blocks'] as unknown[]))
const decisionsOn = async ({ id }: Proposal) => (await deps.stores.decisions.list(id)).map(({ personId }) => personId)

async function deliver({ incidentId }: Proposal): Promise<StoredMessage> {
  const { surface } = test.slack
  // Budgets of their own, so that no test waits for the next update.
  const budgets = new SurfaceBudgets({ ...surface.limits, cardIntervalMs: 0 }, 0)
  await waitUntil('the card is delivered', async () => {
    const signal = AbortSignal.timeout(60_000)
    return (await deliverCard({ deps, surface, budgets, signal }, incidentId, true)) === 0
  })
  const card = (await deps.stores.cards.listByIncident(incidentId)).find(({ surface: name }) => name === 'slack')
  return test.fake.messagesIn('C0001').find(({ ts }) => ts === card?.reference?.message)!
}

describe('an approval by clicks in Slack', () => {
  it('takes two people at tier 3, and the card tells the story in place', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    expect(buttonLabels(card.blocks)).toEqual(['Approve', 'Reject', 'Ask', 'Acknowledge', 'Add note'])

    await test.driver.press(as(BO), card, 'Approve')
    await waitUntil('the first is told', () => shown('U0002').length === 1)
    await deliver(proposal)
    expect(plainTextOf(card.blocks)).toContain('1 of 2 approvals')

    await test.driver.press(as(ANA), card, 'Approve')
    await waitUntil('the second is told', () => shown('U0001').length === 1)
    await deliver(proposal)

    expect(shown('U0001')[0]).toContain(`${proposal.id} is approved by Bo and Ana`)
    expect(await decisionsOn(proposal)).toEqual(['bo', 'ana'])
    expect(plainTextOf(card.blocks)).toContain('Approved by Ana (ana)')
    expect(buttonLabels(card.blocks)).not.toContain('Approve')
    expect(test.fake.messagesIn('C0001').filter(({ threadTs }) => threadTs === null)).toHaveLength(1)
  })

  it('counts once, however often and at once the same click arrives', async () => {
    const proposal = await openProposal(world, 3)
    const click = test.driver.pressRequest(as(BO), await deliver(proposal), 'Approve')

    const answers = await Promise.all(Array.from({ length: 50 }, () => test.driver.send(click)))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    await waitUntil('it is told', () => shown('U0002').length === 1)
    expect(await decisionsOn(proposal)).toEqual(['bo'])
    expect(test.pressed).toHaveLength(1)
  })

  it('is refused on a copy of the card in another place', async () => {
    const proposal = await openProposal(world, 3)
    const { actionId, value } = findButton(await deliver(proposal), 'Approve')
    const forwarded = blockActions(as(BO), {
      ...{ channel: 'C0666', message: '9.000009', actionId, value, containerType: 'message_attachment' },
      ...{ responseUrl: test.fake.issueResponseUrl('U0002'), triggerId: test.fake.issueTrigger() },
    })

    await test.driver.send(signPayload(SECRET, forwarded))

    await waitUntil('it is told', () => shown('U0002').some((words) => words.startsWith('This is a copy of the card.')))
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it.each([
    ['a stranger with the same name', { team: 'T0001', user: 'U0999', name: 'Bo' }],
    ['a name that only looks the same', { team: 'T0001', user: 'U0998', name: 'B\u043E' }],
    ['the same user id in another company’s team', { team: 'T0666', user: 'U0002', name: 'Bo' }],
  ])('is refused from %s', async (_who, stranger) => {
    const proposal = await openProposal(world, 3)

    await test.driver.press(stranger, await deliver(proposal), 'Approve')

    await waitUntil('it is told', () => shown(stranger.user).some((words) => words.includes('is not in people.yaml')))
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it('counts for the person whatever they call themselves', async () => {
    const proposal = await openProposal(world, 3)

    await test.driver.press(as(BO, '\u202Enimda\u202C Ana Ruiz'), await deliver(proposal), 'Approve')

    await waitUntil('it is on record', async () => (await decisionsOn(proposal)).length === 1)
    expect(await decisionsOn(proposal)).toEqual(['bo'])
  })

  it('is refused to who may not, who alone is told why', async () => {
    const proposal = await openProposal(world, 3)

    await test.driver.press(as(DI), await deliver(proposal), 'Approve')

    await waitUntil('it is told', () => shown('U0004').length === 1)
    expect(await decisionsOn(proposal)).toEqual([])
    expect(test.fake.messagesIn('C0001')).toHaveLength(1)
  })

  it('changes nothing on an old card, and says who decided', async () => {
    const proposal = await openProposal(world, 2)
    const card = await deliver(proposal)
    const late = test.driver.pressRequest(as(ANA), card, 'Approve')
    await test.driver.press(as(BO), card, 'Approve')
    await waitUntil('the first is told', () => shown('U0002').length === 1)

    await test.driver.send(late)

    await waitUntil('the late one is told', () => shown('U0001').length === 1)
    expect(shown('U0001')[0]).toMatch(/Bo/)
    expect(await decisionsOn(proposal)).toEqual(['bo'])
  })

  it('can be given in words with the beginning of the hash, and not without it', async () => {
    const proposal = await openProposal(world, 3)
    await deliver(proposal)

    await test.driver.command(as(BO), `approve ${proposal.id}`)
    await waitUntil('the plan is shown', () => shown('U0002').length === 1)
    expect(await decisionsOn(proposal)).toEqual([])
    expect(JSON.stringify(test.fake.shownTo('U0002'))).not.toContain('"actions"')

    await test.driver.command(as(BO), `approve ${proposal.id} ${proposal.planHash.slice(0, 8)}`)
    await waitUntil('it is on record', async () => (await decisionsOn(proposal)).length === 1)
  })
})

describe('a click of an account that people.yaml lists and Slack does not vouch for', () => {
  it.each([
    ['a guest', { is_restricted: true }, 'is a guest there'],
    ['a bot', { is_bot: true }, 'is a bot'],
    ['deactivated', { deleted: true }, 'is deactivated'],
    ['of another company', { team_id: 'T0666' }, 'belongs to another company'],
    ['a stranger', { is_stranger: true }, 'belongs to another company'],
  ])('decides nothing: %s', async (_what, profile, said) => {
    const proposal = await openProposal(world, 3)
    test.fake.users.set('U0002', profile)

    await test.driver.press(as(BO), await deliver(proposal), 'Approve')

    await waitUntil('it is told', () => shown('U0002').some((words) => words.includes(said)))
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it('of a company that shares the channel decides nothing, though its own ids are listed', async () => {
    const proposal = await openProposal(world, 3)
    const eve = { ...onSlack(person('eve', ['responder', 'approver'], ['payments']), 'U0666') }
    world.people = [ANA, BO, DI, { ...eve, slack: { team: 'T0666', user: 'U0666' } }]
    test.fake.users.set('U0666', { team_id: 'T0666', is_stranger: false })

    await test.driver.press({ team: 'T0666', user: 'U0666', name: 'Eve' }, await deliver(proposal), 'Approve')

    await waitUntil('it is told', () => shown('U0666').some((words) => words.includes('belongs to another company')))
    expect(await decisionsOn(proposal)).toEqual([])
    world.people = [ANA, BO, DI]
  })

  it('decides nothing while Slack cannot say, and learns where it can', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    test.fake.failNext('users.info', { kind: 'status', status: 503 })

    await test.driver.press(as(BO), card, 'Approve')
    await waitUntil('it is told', () => shown('U0002').some((words) => words.includes('Decide in the console')))
    expect(await decisionsOn(proposal)).toEqual([])

    await test.driver.press(as(BO), card, 'Approve')
    await waitUntil('it counts', async () => (await decisionsOn(proposal)).length === 1)
  })

  it('is asked about once for several presses within half a minute', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)

    await test.driver.press(as(BO), card, 'Approve')
    await test.driver.press(as(BO), card, 'Approve')

    await waitUntil('both are told', () => shown('U0002').length === 2)
    expect(test.fake.callsOf('users.info')).toHaveLength(1)
  })
})

describe('a rejection by clicks in Slack', () => {
  it('takes its reason from the form, ends the proposal and the buttons', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)

    await test.driver.press(as(BO), card, 'Reject')
    await waitUntil('the form is open', () => test.fake.forms().length === 1)
    await test.driver.submit(as(BO), 'It is the database <!channel>')

    await waitUntil('it is told', () => shown('U0002').length === 1)
    await deliver(proposal)
    expect((await deps.stores.proposals.find(proposal.id))?.state).toBe('rejected')
    expect(plainTextOf(card.blocks)).toContain('It is the database <!channel>')
    expect(buttonLabels(card.blocks)).toEqual(['Acknowledge', 'Add note'])
  })
})

describe('a card whose answer got lost', () => {
  it('is not posted twice', async () => {
    test.fake.failNext('chat.postMessage', { kind: 'answer_lost' })
    const proposal = await openProposal(world, 3)
    await deliver(proposal).catch(() => undefined)

    const card = await deliver(proposal)

    expect(test.fake.messagesIn('C0001')).toEqual([card])
    expect(plainTextOf(card.blocks)).toContain(proposal.id)
  })
})
