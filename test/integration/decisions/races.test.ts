import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { cancelProposal } from '../../../src/orchestrator/cancel-proposal.ts'
import { countQuorum } from '../../../src/policy/approval-quorum.ts'
import { RefusedError, StaleError } from '../../../src/kernel/errors.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { ANA, BO, CY, DI, openWorld } from './world.ts'
import { endingOf, openProposal, press, pressed, withProposals } from './presses.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { NewAttempt } from '../../../src/ports/ledger-store.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** Of each of six kinds. TRUST T16 asks for 1,000 in all: `COUNTERSIGN_RACES=250`. */
const RACES = Number(process.env['COUNTERSIGN_RACES'] ?? 50)
/** Each race opens an incident of its own; on a busy machine that adds up. */
const PATIENCE_MS = 180_000 * Math.max(1, RACES / 50)

async function repeat(times: number, race: () => Promise<string>): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (let index = 0; index < times; index += 1) {
    const outcome = await race()
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}
/** What docs/trust.md tells of. */
function tell(title: string, counts: Readonly<Record<string, number>>): void {
  if (process.env['COUNTERSIGN_RACES'] !== undefined) process.stdout.write(`${title}: ${JSON.stringify(counts)}\n`)
}
const together = async (...presses: Promise<string>[]) => (await Promise.all(presses)).sort().join(' + ')

describe('T16: two approvers at once', () => {
  it(
    'at tier 3 start it once, and never leave it stuck',
    async () => {
      const counts = await repeat(RACES, async () => {
        const proposal = await openProposal(world, 3)
        const outcome = await together(pressed(world.deps, proposal, ANA), pressed(world.deps, proposal, BO))
        const { state, runs } = await endingOf(world, proposal)
        return `${outcome}: ${state}, ${String(runs)} run`
      })
      expect(counts).toEqual({ 'approved + counted: approved, 1 run': RACES })
    },
    PATIENCE_MS,
  )

  it(
    'at tier 2 with a double click start it once; the slower ones learn who decided',
    async () => {
      const counts = await repeat(RACES, async () => {
        const proposal = await openProposal(world)
        const outcome = await together(
          pressed(world.deps, proposal, ANA),
          pressed(world.deps, proposal, BO),
          pressed(world.deps, proposal, BO, { origin: 'teams' }),
          pressed(world.deps, proposal, CY, { origin: 'console' }),
        )
        const { state, runs, approvals } = await endingOf(world, proposal)
        return `${outcome}: ${state}, ${String(runs)} run, ${String(approvals.length)} approval`
      })
      const expected = 'already_decided + already_decided + already_decided + approved: approved, 1 run, 1 approval'
      expect(counts).toEqual({ [expected]: RACES })
    },
    PATIENCE_MS,
  )

  it(
    'are left stuck when the row is not locked while they are counted (the twin)',
    async () => {
      const counts = await repeat(10, async () => {
        const proposal = await openProposal(world, 3)
        const unlocked = withoutLock(world.deps, 2)
        const outcome = await together(pressed(unlocked, proposal, ANA), pressed(unlocked, proposal, BO))
        return `${outcome}: ${(await endingOf(world, proposal)).state}`
      })
      expect(counts).toEqual({ 'counted + counted: pending': 10 })
    },
    PATIENCE_MS,
  )
})

/** Whoever decides has looked and seen nothing started; then the intent is made; then the decision is written. */
function withoutRowLock(proposal: Proposal): Deps {
  return withProposals(world.deps, (store) => ({
    lock: async (id) => {
      const found = await store.find(id)
      return found === undefined ? undefined : { proposal: found, isExpired: false, now: new Date() }
    },
    move: async (...args) => {
      expect(await tryToStart(world, proposal)).toBe('intended')
      return store.move(...args)
    },
  }))
}

describe('T16: approve and reject at once', () => {
  it(
    'the rejection wins until the first intent, and nothing can start after it',
    async () => {
      const counts = await repeat(RACES, async () => {
        const proposal = await openProposal(world)
        await together(
          pressed(world.deps, proposal, ANA),
          pressed(world.deps, proposal, BO, { decision: 'reject' }),
          pressed(world.deps, proposal, CY),
        )
        const { state } = await endingOf(world, proposal)
        return `${state}, ${await tryToStart(world, proposal)}`
      })
      expect(Object.keys(counts).sort()).toEqual(expect.arrayContaining([expect.stringMatching(/^rejected/)]))
      expect(Object.entries(counts).filter(([outcome]) => !/^rejected, (no run|refused)$/.test(outcome))).toEqual([])
    },
    PATIENCE_MS,
  )

  it(
    'against the first intent: either the intent is durable and the run stops, or the rejection stands',
    async () => {
      const counts = await repeat(RACES, async () => {
        const proposal = await openProposal(world)
        await press(world.deps, proposal, ANA)
        const [rejection, start] = await Promise.all([
          pressed(world.deps, proposal, BO, { decision: 'reject' }),
          tryToStart(world, proposal),
        ])
        return `${rejection}, ${start}, ${(await endingOf(world, proposal)).state}`
      })
      const allowed = ['rejected, refused, rejected', 'stop_requested, intended, approved']
      expect(Object.keys(counts).filter((outcome) => !allowed.includes(outcome))).toEqual([])
    },
    PATIENCE_MS,
  )

  it(
    'could both stand when the row is not locked (the twin)',
    async () => {
      const proposal = await openProposal(world)
      await press(world.deps, proposal, ANA)
      const late = withoutRowLock(proposal)
      expect(await pressed(late, proposal, BO, { decision: 'reject' })).toBe('rejected')
      expect((await endingOf(world, proposal)).state).toBe('rejected')
    },
    PATIENCE_MS,
  )
})

describe('T16: one of two takes the approval back at the moment of the start', () => {
  const approvedByTwo = async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, ANA)
    await press(world.deps, proposal, BO)
    return proposal
  }
  const withdraw = async (deps: Deps, proposal: Proposal, personId = BO.id) => {
    try {
      return (await withdrawDecision(deps, { proposalId: proposal.id, personId, origin: 'teams' })).proposal.state
    } catch (error) {
      if (error instanceof RefusedError) return error.code
      throw error
    }
  }

  it(
    'either it waits again and nothing is intended, or the intent is durable and nothing is taken back',
    async () => {
      const counts = await repeat(RACES, async () => {
        const proposal = await approvedByTwo()
        const [taken, start] = await Promise.all([withdraw(world.deps, proposal), tryToStart(world, proposal)])
        const { state, approvals } = await endingOf(world, proposal)
        return `${taken}, ${start}, ${state} by ${String(approvals.length)}`
      })
      const allowed = ['pending, refused, pending by 1', 'run_started, intended, approved by 2']
      expect(Object.keys(counts).filter((outcome) => !allowed.includes(outcome))).toEqual([])
      tell('withdraw, start', counts)
    },
    PATIENCE_MS,
  )

  it(
    'while the other completes it and a third rejects it: nothing starts of what was taken back or rejected, and no two start',
    async () => {
      let races = 0
      const counts = await repeat(RACES, async () => {
        const proposal = await openProposal(world, 3)
        await press(world.deps, proposal, ANA)
        const [completed, taken, rejected, start] = await Promise.all([
          pressed(world.deps, proposal, BO),
          withdraw(world.deps, proposal, ANA.id),
          (races += 1) % 2 === 0 ? 'nobody' : pressed(world.deps, proposal, CY, { decision: 'reject' }),
          tryToStart(world, proposal),
        ])
        const starts = [start, await tryToStart(world, proposal)].filter((one) => one === 'intended').length
        const { state, runs } = await endingOf(world, proposal)
        return `${completed}, ${taken}, ${rejected}: ${state}, ${String(runs)} run, ${String(starts)} start`
      })
      const unstarted = /: (pending|rejected), [01] run, 0 start$/
      const started = /^approved, run_started, (nobody|stop_requested): approved, 1 run, 1 start$/
      expect(Object.keys(counts).filter((outcome) => !unstarted.test(outcome) && !started.test(outcome))).toEqual([])
      tell('approve, withdraw, reject', counts)
    },
    PATIENCE_MS,
  )

  it(
    'could both be when the row is not locked (the twin)',
    async () => {
      const proposal = await approvedByTwo()
      const late = withoutRowLock(proposal)
      expect(await withdraw(late, proposal)).toBe('pending')
      expect((await endingOf(world, proposal)).approvals).toEqual(['ana'])
    },
    PATIENCE_MS,
  )
})

describe('whatever people press at once', () => {
  const who = fc.constantFrom(ANA, BO, CY, DI)
  const what = fc.constantFrom('approve', 'approve', 'approve', 'reject', 'withdraw', 'cancel')
  const anyPresses = fc.array(fc.tuple(who, what), { minLength: 2, maxLength: 7 })

  it(
    'starts at most once, is never stuck, counts each person once, and refuses politely',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyPresses, fc.constantFrom<2 | 3>(2, 3), async (presses, tier) => {
          const proposal = await openProposal(world, tier)
          const settled = await Promise.allSettled(
            presses.map(([person, verb]) => act(world.deps, proposal, person.id, verb)),
          )

          const impolite = settled.flatMap((each) =>
            each.status === 'rejected' && !(each.reason instanceof RefusedError) && !(each.reason instanceof StaleError)
              ? [each.reason as unknown]
              : [],
          )
          expect(impolite).toEqual([])
          await expectConsistent(proposal)
        }),
        { numRuns: 25 },
      )
    },
    PATIENCE_MS,
  )

  async function expectConsistent(proposal: Proposal): Promise<void> {
    const ending = await endingOf(world, proposal)
    const decisions = await world.deps.stores.decisions.list(proposal.id)
    const { state } = countQuorum({
      tier: proposal.tier,
      requirement: proposal.required,
      requester: proposal.requester,
      decisions,
      people: world.people,
      commander: null,
      fatigued: new Set(),
    })

    expect(ending.runs).toBeLessThanOrEqual(1)
    expect(new Set([...ending.approvals, ...ending.rejections]).size).toBe(
      ending.approvals.length + ending.rejections.length,
    )
    // Never stuck: pending exactly while the quorum is missing, approved exactly while it stands.
    if (ending.state === 'pending' || ending.state === 'approved') expect(ending.state).toBe(state)
    if (ending.rejections.length > 0) expect(ending.state).toBe('rejected')
    if (ending.state !== 'approved') expect(await tryToStart(world, proposal)).not.toBe('intended')
  }
})

async function act(deps: Deps, proposal: Proposal, personId: string, verb: string): Promise<unknown> {
  const about = { proposalId: proposal.id, personId, origin: 'slack' } as const
  if (verb === 'withdraw') return withdrawDecision(deps, about)
  if (verb === 'cancel') return cancelProposal(deps, { ...about, reason: 'no' })
  return press(deps, proposal, { id: personId }, verb === 'reject' ? { decision: 'reject' } : {})
}

/** What a replica of the executor does up to the first durable intent. */
async function tryToStart({ deps }: World, proposal: Proposal): Promise<'no run' | 'refused' | 'intended'> {
  const { stores } = deps
  const [run] = await stores.runs.listByIncident(proposal.incidentId)
  if (run === undefined) return 'no run'
  const lease = await stores.runs.claim(run.id, 'racer', 5_000)
  if (lease === undefined) return 'refused'
  await stores.leasedRuns.move(lease, ['queued'], 'running', null)
  const attempt: NewAttempt = {
    stepId: 'rollback',
    stepIndex: 0,
    direction: 'forward',
    effect: 'main',
    number: 1,
    uses: 'argocd/rollback',
    crashClass: 'queryable',
    idempotencyKey: `${run.id}:rollback:main`,
    requestHash: 'x',
    configuration: null,
    before: null,
    timeoutMs: 60_000,
  }
  const leaf = deps.seal({
    event: 'step.intended',
    actor: { type: 'service', id: 'countersign', name: 'Countersign' },
    origin: 'clock',
    outcome: 'success',
    incidentId: proposal.incidentId,
  })
  try {
    await stores.ledger.intend(lease, attempt, leaf)
    return 'intended'
  } catch (error) {
    if (error instanceof StaleError) return 'refused'
    throw error
  }
}

/** The guard taken out: the row is read and not locked, and none writes before all have counted. */
function withoutLock(deps: Deps, atOnce: number): Deps {
  let counted = 0
  let open: () => void
  const gate = new Promise<void>((resolve) => (open = resolve))
  const unlocked = withProposals(deps, (store) => ({
    lock: async (id) => {
      const found = await store.find(id)
      return found === undefined ? undefined : { proposal: found, isExpired: false, now: new Date() }
    },
  }))
  const run: Deps['unitOfWork']['run'] = (work) =>
    unlocked.unitOfWork.run((stores) => {
      let lists = 0
      const list = async (id: string) => {
        const decisions = await stores.decisions.list(id)
        lists += 1
        // The first list is for the answer to a late press, the second counts the quorum.
        if (lists !== 2) return decisions
        counted += 1
        if (counted === atOnce) open()
        await gate
        return decisions
      }
      return work({ ...stores, decisions: { ...stores.decisions, list } })
    })
  return { ...unlocked, unitOfWork: { ...unlocked.unitOfWork, run } }
}
