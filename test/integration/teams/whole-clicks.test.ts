import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  CHANNEL,
  TENANT,
  channelMessage,
  installation,
  invoke,
  personalConversation,
  personalMessage,
  submit,
  teamsUser,
} from '../../fakes/teams/activities.ts'
import { SurfaceBudgets } from '../../../src/orchestrator/outbox/surface-budgets.ts'
import { buttonsOf, findPress, wordsOfMessage } from '../../fakes/teams/card-reading.ts'
import { deliverCard } from '../../../src/orchestrator/outbox/deliver-card.ts'
import { handlePress, handleUtterance, readHome } from '../../../src/orchestrator/index.ts'
import { openProposal } from '../decisions/presses.ts'
import { openTestTeams } from './open-test-teams.ts'
import { openWorld, person } from '../decisions/world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { StoredActivity } from '../../fakes/teams/fake-connector.ts'
import type { PressOn, TeamsUser } from '../../fakes/teams/activities.ts'
import type { TestTeams } from './open-test-teams.ts'
import type { World } from '../decisions/world.ts'

const onTeams = (someone: Person): Person => ({ ...someone, teams: { tenant: TENANT, user: `aad-${someone.id}` } })
const ANA = onTeams(person('ana', ['responder', 'approver'], ['payments']))
const BO = onTeams(person('bo', ['responder', 'approver'], ['platform']))
const DI = onTeams(person('di', ['responder'], ['payments']))
const as = ({ name }: Person, change: Partial<TeamsUser> = {}) => teamsUser(name, change)

let world: World
let deps: Deps
let test: TestTeams
beforeAll(async () => {
  world = await openWorld()
  world.people = [ANA, BO, DI]
  const { directory } = world.deps
  deps = world.replica({
    settings: { routes: [{ surface: 'teams', owner: null, severity: null, channel: CHANNEL }] },
    directory: {
      ...directory,
      findByAccount: ({ tenant, user }) =>
        world.people.find(({ teams }) => teams?.tenant === tenant && teams.user === user),
    },
    accountStandings: { standingOf: (account) => test.teams.standings.standingOf(account) },
  })
})
afterAll(() => world.close())
beforeEach(async () => {
  test = await openTestTeams()
  test.connector.members.push(...world.people.map((one) => ({ ...teamsUser(one.name), aadObjectId: `aad-${one.id}` })))
  test.answer = (request) => ('verb' in request ? handlePress(deps, request) : handleUtterance(deps, request))
  test.home = (account) => readHome(deps, account)
  await test.send(installation(as(ANA), 'add', { ...at(), conversation: CHANNEL }))
})
afterEach(() => test.close())

const at = () => ({ serviceUrl: test.connector.serviceUrl })
const decisionsOn = async ({ id }: Proposal) => (await deps.stores.decisions.list(id)).map(({ personId }) => personId)
const lineOf = ({ body }: { body: unknown }) => (body as { value: string }).value

async function deliver({ incidentId }: Proposal): Promise<StoredActivity> {
  const { surface } = test.teams
  // Budgets of their own, so that no test waits for the next update.
  const budgets = new SurfaceBudgets({ ...surface.limits, cardIntervalMs: 0 }, 0)
  await waitUntil('the card is delivered', async () => {
    const signal = AbortSignal.timeout(60_000)
    return (await deliverCard({ deps, surface, budgets, signal }, incidentId, true)) === 0
  })
  const card = (await deps.stores.cards.listByIncident(incidentId)).find(({ surface: name }) => name === 'teams')
  return test.connector.threadsOf(CHANNEL).find(({ id }) => id === card?.reference?.message)!
}

const pressOn = (user: TeamsUser, card: StoredActivity, label: string, words?: string) =>
  test.send(invoke(user, { conversation: card.conversation, message: card.id, ...findPress(card, label, words) }, at()))

describe('an approval by clicks in Teams', () => {
  it('takes two people at tier 3, and the card tells the story in place', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    expect(buttonsOf(card)).toEqual(['Approve', 'Reject', 'Ask', 'Acknowledge', 'Add note'])

    const first = await pressOn(as(BO), card, 'Approve')
    await deliver(proposal)
    expect(wordsOfMessage(card)).toContain('1 of 2 approvals')

    const second = await pressOn(as(ANA), card, 'Approve')
    await deliver(proposal)

    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.activity.message' })
    expect(lineOf(second)).toContain(`${proposal.id} is approved by Bo and Ana`)
    expect(await decisionsOn(proposal)).toEqual(['bo', 'ana'])
    expect(wordsOfMessage(card)).toContain('Approved by Ana (ana)')
    expect(buttonsOf(card)).not.toContain('Approve')
    expect(test.connector.messages.filter(({ id }) => id === card.id)).toHaveLength(1)
  })

  it('works on old clients, whose press comes as a message', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    const press = { conversation: card.conversation, message: card.id, ...findPress(card, 'Approve') }

    await test.send(submit(as(BO), press, at()))

    await waitUntil('it is on record', async () => (await decisionsOn(proposal)).length === 1)
    await waitUntil('it is told', () => test.connector.in(`a:personal-${as(BO).id}`).length === 1)
  })
})

describe('an approval in Teams that does not count', () => {
  it.each([
    ['a stranger with the same name', teamsUser('Bo', { id: '29:other', aadObjectId: 'aad-stranger' })],
    ['a name that only looks the same', teamsUser('B\u043E', { id: '29:look', aadObjectId: 'aad-look' })],
    ['the account of somebody else under another name', teamsUser('Bo', { id: '29:di', aadObjectId: 'aad-nobody' })],
  ])('is refused from %s', async (_who, stranger) => {
    const proposal = await openProposal(world, 3)

    const answer = await pressOn(stranger, await deliver(proposal), 'Approve')

    expect(lineOf(answer)).toContain('is not in people.yaml')
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it.each([
    ['a guest', { userRole: 'guest' }, 'is a guest there'],
    ['of another tenant', { tenantId: 'other' }, 'belongs to another company'],
  ])('is refused from an account in people.yaml that is %s', async (_what, change, why) => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    const index = test.connector.members.findIndex(({ aadObjectId }) => aadObjectId === 'aad-bo')
    test.connector.members.splice(index, 1, { id: '29:bo', aadObjectId: 'aad-bo', ...change })

    expect(lineOf(await pressOn(as(BO), card, 'Approve'))).toContain(why)
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it('is refused while Teams cannot be asked who that is', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    test.connector.server.inject({ kind: 'answer', answer: { status: 500 } })

    expect(lineOf(await pressOn(as(BO), card, 'Approve'))).toContain('Teams cannot be asked about your account now')
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it('is refused to who requested the plan, and to who may not', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    await world.query(`UPDATE proposals SET requester = 'bo' WHERE id = $1`, [proposal.id])

    const [own, other] = [await pressOn(as(BO), card, 'Approve'), await pressOn(as(DI), card, 'Approve')]

    expect(lineOf(own)).toMatch(/request/)
    expect(other.status).toBe(200)
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it.each([
    ['a copy of the card elsewhere', { conversation: '19:elsewhere@thread.tacv2;messageid=9', message: '9' }],
    ['the thread below the card', { message: '9' }],
    ['a chat of one’s own', { conversation: 'a:1', message: '9' }],
  ])('is refused on %s', async (_where, change) => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    const place: object = { conversation: card.conversation, message: card.id }
    const press = { ...place, ...findPress(card, 'Approve'), ...change } as PressOn

    const answer = await test.send(invoke(as(BO), press, at()))

    expect(lineOf(answer)).toContain('This is a copy of the card.')
    expect(await decisionsOn(proposal)).toEqual([])
  })

  it('is refused with the button of another incident’s card', async () => {
    const [one, two] = [await openProposal(world, 3), await openProposal(world, 3)]
    const [card, other] = [await deliver(one), await deliver(two)]
    const press = { conversation: card.conversation, message: card.id, ...findPress(other, 'Approve') }

    const answer = await test.send(invoke(as(BO), press, at()))

    expect(lineOf(answer)).toContain('This is a copy of the card.')
    expect([...(await decisionsOn(one)), ...(await decisionsOn(two))]).toEqual([])
  })

  it('is refused with another hash than the stored one', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    const { verb, data } = findPress(card, 'Approve')
    const changed = JSON.parse(JSON.stringify(data).replace(proposal.planHash, 'f'.repeat(64))) as typeof data

    await test.send(invoke(as(BO), { conversation: card.conversation, message: card.id, verb, data: changed }, at()))

    expect(await decisionsOn(proposal)).toEqual([])
  })

  it('changes nothing on an old card, and says who decided', async () => {
    const proposal = await openProposal(world, 2)
    const card = await deliver(proposal)
    const late = { conversation: card.conversation, message: card.id, ...findPress(card, 'Approve') }
    await pressOn(as(BO), card, 'Approve')

    const answer = await test.send(invoke(as(ANA), late, at()))

    expect(lineOf(answer)).toMatch(/Bo/)
    expect(await decisionsOn(proposal)).toEqual(['bo'])
  })

  it('is none with data that is no button of ours', async () => {
    const press = { conversation: `${CHANNEL};messageid=1`, message: '1', verb: 'approve', data: { other: 'app' } }

    expect(lineOf(await test.send(invoke(as(BO), press, at())))).toContain('This button belongs to another app')
    expect(test.pressed).toEqual([])
  })
})

describe('a rejection by clicks in Teams', () => {
  it('takes its reason from the card, ends the proposal and the buttons', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)

    const answer = await pressOn(as(BO), card, 'Reject', 'It is the database <at>all</at>')

    await deliver(proposal)
    expect((await deps.stores.proposals.find(proposal.id))?.state).toBe('rejected')
    expect(lineOf(answer)).not.toContain('<at>')
    expect(wordsOfMessage(card)).toContain('It is the database <at>all</at>')
    expect(buttonsOf(card)).toEqual(['Acknowledge', 'Add note'])
  })
})

describe('words in Teams', () => {
  it('are answered in the asker’s own chat, and the thread says which incident is meant', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)

    await test.send(channelMessage(as(ANA), 'status', { ...at(), conversation: card.conversation }))

    await waitUntil('it is told', () => test.connector.in(personalConversation(as(ANA))).length === 1)
    expect(wordsOfMessage(test.connector.in(personalConversation(as(ANA)))[0])).toContain(
      `${proposal.incidentId} is open.`,
    )
    expect(test.connector.in(card.conversation)).toEqual([card])
  })

  it('are shown in the thread when they are shared', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)

    await test.send(channelMessage(as(ANA), 'summary --share', { ...at(), conversation: card.conversation }))

    await waitUntil('it is told', () => test.connector.in(card.conversation).length === 2)
    expect(wordsOfMessage(test.connector.in(card.conversation)[1])).toContain(`${proposal.incidentId}. From the facts`)
  })

  it('that only the asker may read stay out of the thread where there is no chat with them', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    test.connector.notInstalled.add(as(ANA).id)
    const said = () => test.connector.in(card.conversation).slice(1).map(wordsOfMessage)

    await test.send(channelMessage(as(ANA), 'status', { ...at(), conversation: card.conversation }))
    await waitUntil('it is told', () => said().length === 1)
    await test.send(channelMessage(as(ANA), 'statsu', { ...at(), conversation: card.conversation }))
    await waitUntil('it is told', () => said().length === 2)

    expect(said()[0]).toContain('Install Countersign for yourself and ask there')
    expect(said()[0]).not.toContain(proposal.incidentId)
    expect(said()[1]).toContain('Did you mean "status"?')
  })

  it('name a person by the account that was mentioned', async () => {
    const proposal = await openProposal(world, 3)
    const card = await deliver(proposal)
    const message = channelMessage(as(ANA), 'assign commander <at>Bo</at>', {
      ...at(),
      conversation: card.conversation,
    })
    const mention = { type: 'mention', mentioned: { id: '29:bo', name: 'Ana' }, text: '<at>Bo</at>' }

    await test.send({ ...message, entities: [...(message['entities'] as object[]), mention] })

    await waitUntil('it is told', () => test.connector.in(personalConversation(as(ANA))).length === 1)
    expect((await deps.stores.incidents.find(proposal.incidentId))?.assignments).toEqual({ commander: 'bo' })
  })

  it('of a person in their own chat need no mention', async () => {
    await test.send(personalMessage(as(ANA), 'help', at()))

    await waitUntil('it is told', () => test.connector.in(personalConversation(as(ANA))).length === 1)
    expect(wordsOfMessage(test.connector.in(personalConversation(as(ANA)))[0])).toContain('approve [<proposal>')
  })
})

describe('the own chat with the bot', () => {
  const shown = (user: TeamsUser) => test.connector.in(personalConversation(user)).map(wordsOfMessage)

  it('shows what waits for a person and what is open, when the app is added and on demand', async () => {
    await world.query(`UPDATE incidents SET state = 'resolved', resolved_at = now()`)
    const proposal = await openProposal(world, 3)
    await deliver(proposal)

    await test.send(installation(as(ANA), 'add', at()))
    await waitUntil('it is shown', () => shown(as(ANA)).length === 1)
    await test.send(personalMessage(as(DI), 'home', at()))
    await waitUntil('it is shown', () => shown(as(DI)).length === 1)

    expect(shown(as(ANA))[0]).toContain('Waits for you, Ana')
    expect(shown(as(ANA))[0]).toContain(`${proposal.id} `)
    expect(shown(as(DI))[0]).toContain('Nothing waits for you.')
    expect(shown(as(DI))[0]).toContain(`${proposal.incidentId} `)
    const card = test.connector.in(personalConversation(as(ANA)))[0]
    expect(JSON.stringify(card)).toContain('https://teams.microsoft.com/l/message/19%3Aincidents%40thread.tacv2/')
  })

  it('shows a stranger nothing but why', async () => {
    const proposal = await openProposal(world, 3)
    const stranger = teamsUser('Eve')

    await test.send(personalMessage(stranger, 'home', at()))

    await waitUntil('it is told', () => shown(stranger).length === 1)
    expect(shown(stranger)[0]).toContain('is not in people.yaml')
    expect(shown(stranger)[0]).not.toContain(proposal.incidentId)
  })
})

describe('where the app is', () => {
  it('is remembered with the newest address, and forgotten when it is taken out', async () => {
    const { conversations } = test
    await test.send(installation(as(ANA), 'add', at()))
    expect(await conversations.findPersonal(TENANT, 'aad-ana')).toMatchObject({ serviceUrl: at().serviceUrl })
    const moved = `${test.connector.server.url}/teams/emea/`
    await test.send(personalMessage(as(ANA), 'help', { serviceUrl: moved }))
    expect(await conversations.findPersonal(TENANT, 'aad-ana')).toMatchObject({ serviceUrl: moved })

    await test.send(installation(as(ANA), 'remove', at()))
    await test.send(installation(as(ANA), 'remove', { ...at(), conversation: CHANNEL }))

    expect(await conversations.findPersonal(TENANT, 'aad-ana')).toBeUndefined()
    expect(await conversations.find(CHANNEL)).toBeUndefined()
  })
})
