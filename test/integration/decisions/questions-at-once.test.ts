import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { expireProposals } from '../../../src/orchestrator/expire-proposals.ts'
import { ANA, BO, CY, DI, EVE, openWorld } from './world.ts'
import { endingOf, openProposal, press, pressed, withProposals } from './presses.ts'
import { expireIn } from './snapshots.ts'
import { outcomeOf, sayingsTo } from './question-sayings.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  world.people = [ANA, BO, CY, DI, EVE]
})
afterAll(() => world.close())

const { ask, reply } = sayingsTo(() => world.deps)

it('ten questions on three replicas are ten, each with a number of its own', async () => {
  const proposal = await openProposal(world)
  const replicas = [world.replica({}), world.replica({}), world.replica({})]
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      ask(proposal, index % 2 === 0 ? CY : DI, `And ${String(index)}?`, replicas[index % 3]),
    ),
  )

  const numbers = (await world.deps.stores.questions.list(proposal.id)).map(({ number }) => number)
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

it('ten questions of one person on three replicas are five', async () => {
  const proposal = await openProposal(world)
  const replicas = [world.replica({}), world.replica({}), world.replica({})]
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, index) => outcomeOf(ask(proposal, CY, 'And now?', replicas[index % 3]))),
  )

  expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(5)
  expect(outcomes.filter((outcome) => outcome === 'too_many_questions_of_one')).toHaveLength(5)
})

it('a question and the deciding approval: it starts once, and nothing is asked after it', async () => {
  let asked = 0
  for (let race = 0; race < 20; race += 1) {
    const proposal = await openProposal(world)
    const both = [() => outcomeOf(ask(proposal)), () => pressed(world.deps, proposal, BO)]
    await Promise.all((race % 2 === 0 ? both : both.reverse()).map((work) => work()))

    expect(await endingOf(world, proposal)).toMatchObject({ state: 'approved', runs: 1, approvals: ['bo'] })
    asked += (await world.deps.stores.questions.list(proposal.id)).length
    expect(await askedTooLate(proposal)).toBe(0)
  }
  expect(asked).toBeLessThanOrEqual(20)
})

it('something would be asked after it where the row is not locked (the twin)', async () => {
  const proposal = await openProposal(world)
  const unlocked = withProposals(world.deps, () => ({
    lock: async (id) => {
      const found = await world.deps.stores.proposals.find(id)
      if (found !== undefined) await press(world.deps, found, BO)
      return found === undefined ? undefined : { proposal: found, isExpired: false, now: new Date() }
    },
  }))

  expect(await outcomeOf(ask(proposal, CY, 'Is it safe?', unlocked))).toBe('kept')
  expect(await askedTooLate(proposal)).toBe(1)
})

it('the expiry and an approval, with a question open: it changes neither', async () => {
  for (let race = 0; race < 12; race += 1) {
    const proposal = await openProposal(world)
    await ask(proposal)
    await expireIn(world, proposal, 4 + (race % 6))
    const [outcome] = await Promise.all([
      pressed(world.deps, proposal, BO),
      expireProposals(world.deps),
      outcomeOf(ask(proposal, CY, 'Is there time?')),
      outcomeOf(reply(proposal, ANA, 'No.', 1)),
    ])

    await expireProposals(world.deps)
    const { state, approvals } = await endingOf(world, proposal)
    const [row] = await world.query<{ late: string }>(
      `SELECT count(*) AS late FROM decisions d JOIN proposals p ON p.id = d.proposal_id
        WHERE p.id = $1 AND d.at >= p.expires_at`,
      [proposal.id],
    )
    expect(Number(row?.late)).toBe(0)
    // What is approved in time and has not started expires as well, and says so.
    expect({ outcome, approvals }).toEqual(
      outcome === 'approved' ? { outcome, approvals: ['bo'] } : { outcome, approvals: [] },
    )
    expect(state).toBe('expired')
  }
})

/** Asked after the approval that decided it. */
async function askedTooLate({ id }: Proposal): Promise<number> {
  const [row] = await world.query<{ late: string }>(
    `SELECT count(*) AS late FROM proposal_questions q JOIN decisions d USING (proposal_id)
      WHERE q.proposal_id = $1 AND q.at > d.at`,
    [id],
  )
  return Number(row?.late)
}
