import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Stores } from '../../../src/ports/stores.ts'
import { DEBUG_POINTS } from '../../../src/executor/executor-deps.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { QUICK, auditEvents, find, ledgerLines, openWorld } from './world.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const IDLE = new AbortController().signal
/** Those that a run passes whose answers come and whose target is done at once. */
const PASSED = DEBUG_POINTS.filter((point) => point !== 'before-poll' && point !== 'before-reconcile')

/** T30: the job comes to a second replica while the first one, which has it, stands at a point of its work. */
async function deliverTwice(point: DebugPoint, stores?: (stores: Stores) => Stores) {
  const options = stores === undefined ? {} : { stores }
  const [first, second] = [await world.replica(options), await world.replica(options)]
  const step = {
    id: 'move',
    uses: 'argocd/sync',
    resource: `doubled-${point}-${String(stores === undefined)}`,
  } as const
  const { run } = await approveRun(first.deps.unitOfWork, [step])
  const told = async (replica: Replica) => [
    ...(await ledgerLines(replica, run.id)),
    ...(await auditEvents(world, run.id)),
  ]
  let recorded: readonly string[] | undefined
  await advanceRun(first.deps, { runId: run.id }, IDLE, {
    pace: QUICK,
    debugPoint: async (here) => {
      if (here !== point || recorded !== undefined) return
      recorded = []
      const before = await told(second)
      await advanceRun(second.deps, { runId: run.id }, IDLE, { pace: QUICK })
      recorded = (await told(second)).slice(before.length)
    },
  })
  const { state } = await find(first, run.id)
  return { state, recorded, effects: world.target.countOf(`${run.id}:move:main`) }
}

/** Whoever asks gets the run, and a line of the ledger that is there already counts as one's own. */
function withoutClaim(stores: Stores): Stores {
  const { runs, ledger } = stores
  return {
    ...stores,
    runs: {
      ...runs,
      claim: async (id, owner, leaseMs) => {
        const lease = await runs.claim(id, owner, leaseMs)
        const run = await runs.find(id)
        if (lease !== undefined || run === undefined) return lease
        return { run, fence: run.fence, leaseMs, crashes: 0, crashedAfterMs: null, unwritableForMs: null }
      },
    },
    ledger: {
      ...ledger,
      intend: async (lease, attempt, leaf) => {
        const own = await ledger.intend(lease, attempt, leaf).catch(() => undefined)
        const found = own ?? (await ledger.list(lease.run.id)).at(-1)
        if (found === undefined) throw new Error('The ledger is empty.')
        return found
      },
      move: (lease, attempt, move, ...rest) =>
        ledger.move(lease, attempt, move, ...rest).catch(() => ({ ...attempt, state: move.to })),
    },
  }
}

describe('a job that comes a second time while its run is worked on', () => {
  it.each(PASSED)('has one effect, and the second delivery records nothing (%s)', async (point) => {
    expect(await deliverTwice(point)).toEqual({ state: 'succeeded', recorded: [], effects: 1 })
  })

  it.each(['after-intent', 'before-send'] as const)(
    'has two where nobody asks whose the run is (%s, the twin)',
    async (point) => {
      expect((await deliverTwice(point, withoutClaim)).effects).toBe(2)
    },
  )
})
