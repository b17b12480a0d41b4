import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  CHANNEL,
  TENANT,
  channelMessage,
  installation,
  invoke,
  personalConversation,
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
import type { TeamsUser } from '../../fakes/teams/activities.ts'
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
    const signal = AbortSignal.timeout(5_000)
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
    expect(buttonsOf(card)).toEqual(['Approve', 'Reject', 'Acknowledge', 'Add note'])

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
})
