import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { SurfaceBudgets } from '../../../src/orchestrator/outbox/surface-budgets.ts'
import { buttonLabels, plainTextOf } from '../../unit/slack/words-of.ts'
import { deliverMessage } from '../../../src/orchestrator/outbox/deliver-message.ts'
import { endingOf, openProposal, press } from '../decisions/presses.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { openTestSlack } from './open-test-slack.ts'
import { openWorld, person } from '../decisions/world.ts'
import { remindApprovers } from '../../../src/orchestrator/remind-approvers.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { TestSlack } from './open-test-slack.ts'
import type { World } from '../decisions/world.ts'

const onSlack = (someone: Person, user: string): Person => ({ ...someone, slack: { team: 'T0001', user } })
const ANA = onSlack(person('ana', ['responder', 'approver'], ['payments']), 'U0001')
const BO = onSlack(person('bo', ['responder', 'approver'], ['platform']), 'U0002')

let world: World
let test: TestSlack
beforeAll(async () => {
  world = await openWorld()
  world.people = [ANA, BO]
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.query('DELETE FROM outbox_messages')
  test = await openTestSlack()
})
afterEach(() => test.close())

const toldOf = (someone: Person) => test.fake.messagesIn(`D${someone.slack?.user ?? ''}`)
const expireSoon = ({ id }: Proposal) =>
  world.query(`UPDATE proposals SET expires_at = clock_timestamp() + interval '4 minutes' WHERE id = $1`, [id])

/** Everything that waits for one person is sent, as the deliverer would. */
async function deliverDirect(): Promise<void> {
  const { surface } = test.slack
  const { deps } = world
  const due = await deps.stores.outboxQueue.listDue('console', 100)
  for (const waiting of due.filter(({ message }) => message.kind === 'direct')) {
    const budgets = new SurfaceBudgets(surface.limits, 0)
    await deliverMessage({ deps, surface, budgets, signal: AbortSignal.timeout(60_000) }, [waiting])
    await deps.stores.outboxQueue.markSent([waiting])
  }
}

async function postCard({ incidentId }: Proposal): Promise<string> {
  const view = (await loadIncidentView(world.deps, incidentId))!
  const reference = await test.slack.surface.postCard('C0001', view, 'card', AbortSignal.timeout(60_000))
  const card = await world.deps.stores.cards.ensure(incidentId, 'slack', 'C0001')
  await world.deps.stores.cards.markShown(card.id, reference, 'hash')
  return `https://example-bank.slack.com/archives/C0001/p${reference.message.replace('.', '')}`
}

describe('somebody whose approval is asked for', () => {
  it('is told once, in a conversation of their own, with a way to the card and no button that decides', async () => {
    const proposal = await openProposal(world, 3)
    const link = await postCard(proposal)

    await deliverDirect()
    await deliverDirect()

    for (const someone of [ANA, BO]) {
      const [message, ...more] = toldOf(someone)
      expect(more).toEqual([])
      expect(plainTextOf([...message!.blocks])).toContain(`your approval is asked for. ${proposal.id}`)
      expect(buttonLabels([...message!.blocks])).toEqual(['Open the card'])
      expect(JSON.stringify(message!.blocks)).toContain(`"url":"${link}"`)
    }
    expect(test.fake.callsOf('conversations.open').map(({ args }) => args['users'])).toEqual(['U0001', 'U0002'])
    expect(test.fake.callsOf('chat.getPermalink')).toHaveLength(1)
  })

  it('is told without a link when Slack does not say where the card is', async () => {
    await postCard(await openProposal(world, 3))
    test.fake.failNext('chat.getPermalink', { kind: 'error', code: 'internal_error' }, { kind: 'status', status: 500 })

    await deliverDirect()

    expect([...toldOf(ANA), ...toldOf(BO)].map(({ blocks }) => buttonLabels([...blocks]))).toEqual([[], []])
  })

  it('is reminded once before it expires, when they have not decided', async () => {
    const proposal = await openProposal(world, 3)
    await deliverDirect()
    await press(world.deps, proposal, ANA)
    await deliverDirect()
    await expireSoon(proposal)

    await remindApprovers(world.deps)
    await remindApprovers(world.deps)
    await deliverDirect()

    const words = toldOf(BO).map(({ text }) => text)
    expect(words.filter((text) => text.includes('expires soon'))).toHaveLength(1)
    expect(toldOf(ANA).filter(({ text }) => text.includes('expires soon'))).toEqual([])
  })

  it('is not asked any more once it is decided, though the message waited', async () => {
    const proposal = await openProposal(world, 3)
    await expireSoon(proposal)
    await remindApprovers(world.deps)
    await press(world.deps, proposal, BO, { decision: 'reject' })

    await deliverDirect()

    expect((await endingOf(world, proposal)).state).toBe('rejected')
    expect([...toldOf(ANA), ...toldOf(BO)]).toEqual([])
  })

  it('is not asked for what they have given, while the other still is', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)

    await deliverDirect()

    expect(toldOf(BO)).toEqual([])
    expect(toldOf(ANA).length).toBeGreaterThan(0)
  })

  it('twin: a message that does not say what it asks for is sent whatever was decided', async () => {
    const proposal = await openProposal(world, 3)
    await world.query(`UPDATE outbox_messages SET payload = payload - 'proposalId'`)
    await press(world.deps, proposal, BO, { decision: 'reject' })

    await deliverDirect()

    expect(toldOf(ANA)).toHaveLength(1)
    expect(toldOf(BO)).toHaveLength(1)
  })
})
