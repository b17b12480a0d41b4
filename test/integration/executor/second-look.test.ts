import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { VendorUnreachableError } from '../../../src/kernel/vendor-errors.ts'
import { advance, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { AdvanceOptions } from '../../../src/orchestrator/advance-run.ts'
import type { World } from './world.ts'

/** T19, for targets that take no precondition with the request: the look between the durable intent and the effect. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

let places = 0

interface Told {
  /** Also what it looked at before the intent. */
  readonly reads?: (
    read: () => ReturnType<ActionRunner['readState']>,
    times: number,
  ) => ReturnType<ActionRunner['readState']>
  readonly looksAgain?: boolean
  readonly options?: (resource: string) => AdvanceOptions
}

/** One step, on a place of its own. */
async function runOf({ reads, looksAgain = true, options }: Told) {
  places += 1
  const resource = `second-look-${String(places)}`
  const own = createCountingActions(world.target.url, { callTimeoutMs: 20_000, ...(looksAgain ? { looksAgain } : {}) })
  let times = 0
  const readState: ActionRunner['readState'] = (input, signal) => {
    times += 1
    return reads === undefined ? own.readState(input, signal) : reads(() => own.readState(input, signal), times)
  }
  const jobs: string[] = []
  const replica = await world.replica({
    actions: { ...own, readState },
    queueOf: () => ({
      enqueue: async (name) => {
        jobs.push(name)
      },
    }),
  })
  const { run, proposal } = await approveRun(replica.deps.unitOfWork, [
    { id: 'move', uses: 'argocd/sync', resource, with: { to: 'r1' } },
  ])
  const ended = await advance(replica, run.id, options?.(resource))
  return {
    state: ended.state,
    effects: world.target.countOf(`${run.id}:move:main`),
    ledger: await ledgerLines(replica, run.id),
    said: await timelineTexts(replica, proposal.incidentId),
    jobs,
  }
}

/** Somebody else deploys when the intent is on record, which no look before it can see. */
const deployAfterIntent = (resource: string): AdvanceOptions => ({
  debugPoint: async (point) => {
    await Promise.resolve()
    if (point === 'after-intent') world.target.revisions.set(resource, 'r7')
  },
})

describe('a target that changes after the intent is durable', () => {
  it('gets nothing: the attempt is closed as not sent, the run stops as drifted, and people are asked again', async () => {
    const { state, effects, ledger, said, jobs } = await runOf({ options: deployAfterIntent })

    expect({ state, effects, ledger }).toEqual({ state: 'stopped', effects: 0, ledger: ['move main #1 failed'] })
    expect(said.join('\n')).toMatch(/Step move is not sent: second-look-\d+ changed after the intent was written/)
    expect(said.at(-1)).toMatch(/is no longer as approved: revision is "r7" and was "r0"/)
    expect(jobs).toContain('incident.propose')
  })

  it('is overwritten where nobody looks a second time (the twin)', async () => {
    const { state, effects } = await runOf({ looksAgain: false, options: deployAfterIntent })

    expect({ state, effects }).toEqual({ state: 'succeeded', effects: 1 })
  })

  it('gets it once where nothing has changed', async () => {
    const { state, effects, ledger } = await runOf({})

    expect({ state, effects, ledger }).toEqual({ state: 'succeeded', effects: 1, ledger: ['move main #1 done'] })
  })
})

describe('a target that cannot be looked at a second time', () => {
  const unreachable = () => Promise.reject(new VendorUnreachableError('argocd', 'connection refused'))

  it('gets nothing then, and once what was approved as soon as it can', async () => {
    const { state, effects, ledger, said } = await runOf({
      reads: (read, times) => (times === 2 ? unreachable() : read()),
    })

    expect({ state, effects }).toEqual({ state: 'succeeded', effects: 1 })
    expect(ledger).toEqual(['move main #1 failed', 'move main #2 done'])
    expect(said.join('\n')).toContain('could not be looked at again after the intent was written')
  })

  it('gets nothing at all when that goes on, and the run fails instead of trying for ever', async () => {
    const { state, effects, ledger } = await runOf({
      reads: (read, times) => (times % 2 === 0 ? unreachable() : read()),
    })

    expect({ state, effects }).toEqual({ state: 'failed', effects: 0 })
    expect(new Set(ledger.map((line) => line.split(' ').at(-1)))).toEqual(new Set(['failed']))
  })

  it('gets nothing where its own state does not let it any more', async () => {
    const refused = () => Promise.reject(new RefusedError('frozen', 'a deny window is open'))
    const { state, effects, said } = await runOf({
      reads: (read, times) => (times >= 2 ? refused() : read()),
    })

    expect({ state, effects }).toEqual({ state: 'stopped', effects: 0 })
    expect(said.at(-1)).toContain('a deny window is open')
  })
})
