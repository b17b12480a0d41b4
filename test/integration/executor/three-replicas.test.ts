import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { RefusedError, StaleError } from '../../../src/kernel/errors.ts'
import { advance, find, openWorld } from './world.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import type { ApprovedRun } from '../../fakes/counting-target/approved-run.ts'
import type { Decision } from '../../../src/domain/approval.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from './world.ts'

/** T16 from the click to the effect: three replicas, each with connections of its own, decide and carry out at once. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const RACES = Number(process.env['COUNTERSIGN_RACES'] ?? 15)
const PATIENCE_MS = 120_000 * Math.max(1, RACES / 15)
const CY: Person = { ...BEN, id: 'cy@bank.example', name: 'Cy Wong' }

async function openThree(): Promise<readonly [Replica, Replica, Replica]> {
  const open = () => world.replica({ people: () => [ANA, BEN, CY] })
  return [await open(), await open(), await open()]
}

let places = 0
/** A plan of tier 3 that nobody has approved yet; its run waits for that. */
async function waiting(replica: Replica): Promise<ApprovedRun> {
  places += 1
  const step = { id: 'move', uses: 'argocd/sync', resource: `three-${String(places)}`, with: { to: 'r1' } } as const
  const made = await approveRun(replica.deps.unitOfWork, [step], { plan: { tier: 3 }, approvers: [] })
  await replica.deps.stores.proposals.move(made.proposal.id, ['approved'], 'pending', null)
  return made
}

async function press(
  { deps }: Replica,
  { proposal }: ApprovedRun,
  person: Person,
  decision: Decision['decision'] = 'approve',
): Promise<string> {
  const { id: proposalId, incidentId, planHash } = proposal
  const said = { personId: person.id, decision, planHash, reason: 'no', origin: 'slack' } as const
  try {
    return (await recordDecision(deps, { proposalId, incidentId, ...said })).outcome
  } catch (error) {
    if (error instanceof RefusedError || error instanceof StaleError) return error.code
    throw error
  }
}

async function endOf(replicas: readonly Replica[], { run, proposal }: ApprovedRun): Promise<string> {
  await Promise.all(replicas.map((replica) => advance(replica, run.id)))
  const [first] = replicas
  const ended = await find(first!, run.id)
  const now = await first!.deps.stores.proposals.find(proposal.id)
  return `${now?.state ?? 'gone'}, ${ended.state}, ${String(world.target.countOf(`${run.id}:move:main`))}`
}

describe('three replicas at once', () => {
  it(
    'start what two approve, one of them twice, and carry it out once',
    async () => {
      const replicas = await openThree()
      const [one, two, three] = replicas
      for (let race = 0; race < RACES; race += 1) {
        const plan = await waiting(one)
        const presses = [press(one, plan, ANA), press(two, plan, BEN), press(three, plan, ANA)]

        const outcomes = (await Promise.all(presses)).sort()

        expect(outcomes).toEqual(['already_decided', 'approved', 'counted'])
        expect(await endOf(replicas, plan)).toBe('approved, succeeded, 1')
      }
    },
    PATIENCE_MS,
  )

  it(
    'let a rejection win until the first step starts, and never leave the plan stuck',
    async () => {
      const replicas = await openThree()
      const [one, two, three] = replicas
      const seen = new Set<string>()
      for (let race = 0; race < RACES; race += 1) {
        const plan = await waiting(one)
        await press(one, plan, ANA)

        const [, rejection] = await Promise.all([
          press(two, plan, BEN),
          press(three, plan, CY, 'reject'),
          advance(one, plan.run.id),
          advance(two, plan.run.id),
        ])

        seen.add(`${rejection}: ${await endOf(replicas, plan)}`)
      }
      const allowed =
        /^(rejected: rejected, stopped, 0|stop_requested: approved, (stopped|succeeded), [01]|already_decided: approved, succeeded, 1)$/
      expect([...seen].filter((outcome) => !allowed.test(outcome))).toEqual([])
    },
    PATIENCE_MS,
  )

  it('carry nothing out that only one has approved, however often', async () => {
    const replicas = await openThree()
    const plan = await waiting(replicas[0])

    await Promise.all(replicas.map((replica) => press(replica, plan, ANA)))

    expect(await endOf(replicas, plan)).toBe('pending, queued, 0')
  })
})
