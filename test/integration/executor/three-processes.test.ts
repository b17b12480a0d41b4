import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN } from '../../fakes/counting-target/approved-run.ts'
import { CY, RACING_PEOPLE } from './racer-orders.ts'
import { forkRacer } from './fork-racer.ts'
import { openWorld } from './world.ts'
import { proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Racer } from './fork-racer.ts'
import type { RacerOrder } from './racer-orders.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from './world.ts'

/**
 * T16 over three processes of the operating system and one database: people press and runs are carried out in each of
 * them at once, from the press to the effect at the target. A few of each kind; `COUNTERSIGN_RACES=250` is what
 * docs/trust.md tells of.
 */
const RACES = Number(process.env['COUNTERSIGN_RACES'] ?? 6)
const PATIENCE_MS = 120_000 * Math.max(1, RACES / 10)

let world: World
let replica: Replica
let racers: readonly Racer[]
beforeAll(async () => {
  world = await openWorld()
  replica = await world.replica({ people: () => RACING_PEOPLE })
  racers = await Promise.all([1, 2, 3].map(() => forkRacer(configOf(false))))
}, PATIENCE_MS)
afterAll(async () => {
  await Promise.all(racers.map((racer) => racer.close()))
  await world.closeReplicas()
  await world.close()
})

const configOf = (isUnguarded: boolean) => ({
  ...{ databaseUrl: world.database.url, targetUrl: world.target.url, isUnguarded },
})

let places = 0
/** Of tier 3, so that two have to approve; these have. */
async function propose(...approvers: readonly Person[]): Promise<Proposal> {
  places += 1
  const step = { id: 'move', uses: 'argocd/sync', resource: `racing-${String(places)}`, with: { to: 'r1' } } as const
  const proposal = await proposeThroughProduct(replica.deps, [step], undefined, { tier: 3 })
  const { id: proposalId, incidentId, planHash } = proposal
  for (const { id: personId } of approvers) {
    const said = { personId, decision: 'approve', planHash, reason: null, origin: 'console' } as const
    await recordDecision(replica.deps, { proposalId, incidentId, ...said })
  }
  return proposal
}

function order(proposal: Proposal, does: RacerOrder['does'], { id: personId }: Person): Omit<RacerOrder, 'id'> {
  const { id: proposalId, incidentId, planHash } = proposal
  return { does, personId, proposalId, incidentId, planHash }
}

type Press = readonly [does: 'approve' | 'reject' | 'withdraw', by: Person]

interface Race {
  /** What the presses came to, in their order. */
  readonly outcomes: readonly string[]
  readonly runs: number
  readonly effects: number
  readonly state: string
}

/** Each press in a process of its own, which carries out whatever run it then sees; afterwards all of them look again. */
async function race(proposal: Proposal, presses: readonly Press[]): Promise<Race> {
  const pressed = presses.map(([does, by], index) => racers[index]!.order(order(proposal, does, by)))
  const carried = racers.map((racer) => racer.order(order(proposal, 'advance', ANA)))
  const outcomes = await Promise.all(pressed)
  await Promise.all(carried)
  await Promise.all(racers.map((racer) => racer.order(order(proposal, 'advance', ANA))))
  return { outcomes, ...(await endOf(proposal)) }
}

async function endOf({ id, incidentId }: Proposal): Promise<Omit<Race, 'outcomes'>> {
  const { stores } = replica.deps
  const runs = await stores.runs.listByIncident(incidentId)
  const now = await stores.proposals.find(id)
  const effects = runs.reduce((count, run) => count + world.target.countOf(`${run.id}:move:main`), 0)
  return { runs: runs.length, effects, state: now?.state ?? 'gone' }
}

async function repeat(title: string, work: () => Promise<Race>): Promise<readonly string[]> {
  const counts = new Map<string, number>()
  for (let index = 0; index < RACES; index += 1) {
    const { outcomes, runs, effects, state } = await work()
    const came = `${outcomes.join(' + ')}: ${state}, ${String(runs)} run, ${String(effects)} effect`
    counts.set(came, (counts.get(came) ?? 0) + 1)
  }
  if (process.env['COUNTERSIGN_RACES'] !== undefined) {
    process.stdout.write(`${title}: ${JSON.stringify(Object.fromEntries(counts))}\n`)
  }
  return [...counts.keys()]
}

/** Those that are none of what may come of it. */
const others = (came: readonly string[], allowed: RegExp) => came.filter((one) => !allowed.test(one))

describe('three processes at once', () => {
  it('are three', () => {
    expect(new Set([process.pid, ...racers.map(({ pid }) => pid)]).size).toBe(4)
  })

  it(
    'start once what two approve, one of them twice',
    async () => {
      const presses: readonly Press[] = [
        ['approve', ANA],
        ['approve', BEN],
        ['approve', ANA],
      ]
      const came = await repeat('approve, approve, approve', async () => {
        const { outcomes, ...ended } = await race(await propose(), presses)
        return { outcomes: outcomes.toSorted(), ...ended }
      })

      expect(came).toEqual(['already_decided + approved + counted: approved, 1 run, 1 effect'])
    },
    PATIENCE_MS,
  )

  it(
    'never start what one takes back while another completes it, unless it had started, which the one is then told',
    async () => {
      const presses: readonly Press[] = [
        ['approve', BEN],
        ['withdraw', ANA],
      ]
      const came = await repeat('approve, withdraw', async () => race(await propose(ANA), presses))

      const before = 'counted \\+ taken back, pending: pending, 0 run, 0 effect'
      const between = 'approved \\+ taken back, pending: pending, 1 run, 0 effect'
      const after = 'approved \\+ (run_started|proposal_closed): approved, 1 run, 1 effect'
      expect(others(came, new RegExp(`^(${before}|${between}|${after})$`))).toEqual([])
    },
    PATIENCE_MS,
  )

  it(
    'let a rejection and a withdrawal win until the first step starts, and each of them is told what it came to',
    async () => {
      const presses: readonly Press[] = [
        ['withdraw', BEN],
        ['reject', CY],
      ]
      const came = await repeat('withdraw, reject, carry out', async () => race(await propose(ANA, BEN), presses))

      const rejected = '[a-z_, ]+ \\+ rejected: rejected, 1 run, 0 effect'
      const started = '(run_started|proposal_closed) \\+ (stop_requested|already_decided): approved, 1 run, 1 effect'
      expect(others(came, new RegExp(`^(${rejected}|${started})$`))).toEqual([])
    },
    PATIENCE_MS,
  )

  it(
    'start nothing after a withdrawal that was acknowledged, however often they look',
    async () => {
      const came = await repeat('withdraw, then carry out', async () => {
        const proposal = await propose(ANA, BEN)
        const taken = await racers[0]!.order(order(proposal, 'withdraw', BEN))
        const { outcomes: _, ...ended } = await race(proposal, [])
        return { outcomes: [taken], ...ended }
      })

      expect(came).toEqual(['taken back, pending: pending, 1 run, 0 effect'])
    },
    PATIENCE_MS,
  )

  it(
    'could do both where one of them does not lock the row (the twin)',
    async () => {
      const unguarded = await forkRacer(configOf(true))
      const proposal = await propose(ANA, BEN)
      const taken = unguarded.order(order(proposal, 'withdraw', BEN))
      await unguarded.holding()
      await racers[0]!.order(order(proposal, 'advance', ANA))
      await unguarded.order(order(proposal, 'go on', BEN))

      expect(await taken).toBe('taken back, pending')
      expect(await endOf(proposal)).toMatchObject({ effects: 1 })
      await unguarded.close()
    },
    PATIENCE_MS,
  )
})
