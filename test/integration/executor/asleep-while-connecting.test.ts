import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { DEFAULT_PACE } from '../../../src/executor/executor-deps.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { describeWhen } from '../../support/skip.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { forkReplica } from './fork-replica.ts'
import { advance, detailsOf, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(async () => {
  const owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
  await owner.query('UPDATE freezes SET lifted_at = clock_timestamp()').finally(() => owner.end())
  await world.closeReplicas()
})
afterAll(() => world.close())

/** So much more than a replica may stand still that the kill switch would have been broken. */
const SLEEP_MS = DEFAULT_PACE.sendWithinMs + 1_500
const STOOD_STILL = /stood still for .* Nothing was sent; everything is looked at again\./
let plays = 0

const pull = (replica: Replica) =>
  freezeService(replica.deps, { service: 'all', for: '1h', reason: 'stop', personId: null, origin: 'cli' })

describeWhen(
  existsSync('/proc/self/stat'),
  'the state of a process is read from /proc',
  'a replica that sleeps within its lease while its request is connecting',
  () => {
    interface Play {
      readonly uses: 'argocd/sync' | 'pagerduty/note' | 'lambda/invoke'
      readonly isPulled: boolean
      readonly sendWithinMs?: number
    }

    async function play({ uses, isPulled, ...pace }: Play) {
      const replica = await world.replica()
      plays += 1
      const resource = `asleep-${String(plays)}`
      const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses, resource }])
      const child = forkReplica({
        ...{ databaseUrl: world.database.url, targetUrl: world.target.url, runId: run.id, leaseMs: 300_000 },
        ...{ at: 'connecting', signal: 'SIGSTOP', isUnguarded: false, ...pace },
      })
      try {
        await child.stopped()
        const stoppedAtMs = performance.now()
        if (isPulled) await pull(replica)
        await waitUntil('it has slept for longer than it may', () => performance.now() - stoppedAtMs > SLEEP_MS)
        child.resume()
        await child.exited
      } finally {
        child.kill()
        await child.exited
      }
      const { state, fence } = await find(replica, run.id)
      return {
        ...{ state, fence, effects: world.target.countOf(`${run.id}:move:main`) },
        requests: world.target.requestCountOf(resource),
        ledger: await ledgerLines(replica, run.id),
        said: (await timelineTexts(replica, run.incidentId)).filter((text) => STOOD_STILL.test(text)),
        onRecord: (await detailsOf(world, run.id, 'step.failed')).map(({ detail }) => detail),
      }
    }

    it.each(['argocd/sync', 'pagerduty/note', 'lambda/invoke'] as const)(
      'sends nothing when it wakes up, where the kill switch was thrown meanwhile (%s)',
      async (uses) => {
        expect(await play({ uses, isPulled: true })).toEqual({
          ...{ state: 'stopped', fence: 1, effects: 0, requests: 0, ledger: ['move main #1 failed'] },
          said: [expect.stringMatching(/^Step move is not sent: The replica/)],
          onRecord: [expect.stringMatching(STOOD_STILL)],
        })
      },
      120_000,
    )

    it('sends where nobody looks for how long it stood still (the twin)', async () => {
      const sendWithinMs = Number.MAX_SAFE_INTEGER
      expect(await play({ uses: 'argocd/sync', isPulled: true, sendWithinMs })).toMatchObject({ effects: 1 })
    }, 120_000)

    it.each(['argocd/sync', 'pagerduty/note', 'lambda/invoke'] as const)(
      'goes on by itself where nothing was stopped, and the effect happens once (%s)',
      async (uses) => {
        expect(await play({ uses, isPulled: false })).toMatchObject({
          ...{ state: 'succeeded', fence: 1, effects: 1, requests: 1 },
          ledger: ['move main #1 failed', 'move main #2 done'],
        })
      },
      120_000,
    )
  },
)

describe('a target that takes its time to answer what is asked before the effect', () => {
  /** More than the product waits between two signs of life, and less than it takes for standing still. */
  const A_WHILE_MS = 900
  const WHILES = 8

  /**
   * A clock that only a test moves, so that no busy machine stands still by it. `inOneGo` is what a process sees that slept
   * all that time; else its timers go on between one while and the next.
   */
  async function play(inOneGo: boolean, maxAttempts: number = DEFAULT_PACE.maxAttempts) {
    let passedMs = 0
    let looks = 0
    const begunMs = Date.now()
    const clock = {
      now: () => new Date(begunMs + passedMs),
      monotonicMs: () => {
        looks += 1
        return passedMs
      },
    }
    const timersHaveRun = async () => {
      const before = looks
      await waitUntil('a timer has looked at the clock', () => looks > before)
    }
    const takeTime = async () => {
      for (let one = 0; one < WHILES; one += 1) {
        passedMs += A_WHILE_MS
        if (!inOneGo) await timersHaveRun()
      }
      await timersHaveRun()
    }
    plays += 1
    const resource = `slow-${String(plays)}`
    const own = await world.replica({ actions: readingFirst(takeTime) })
    const replica = { ...own, deps: { ...own.deps, clock } }
    const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses: 'argocd/sync', resource }])
    const { state } = await advance(replica, run.id, {
      pace: { sendWithinMs: DEFAULT_PACE.sendWithinMs, maxAttempts },
    })
    const effects = world.target.countOf(`${run.id}:move:main`)
    return { state, effects, ledger: await ledgerLines(replica, run.id) }
  }

  /** The first time its target takes so long for the answer. */
  function readingFirst(takeTime: () => Promise<void>): ActionRunner {
    const actions = createCountingActions(world.target.url, { callTimeoutMs: 30_000 })
    let hasTaken = false
    return {
      ...actions,
      perform: async (input, before, context) => {
        if (!hasTaken) {
          hasTaken = true
          const matches = ({ method }: { readonly method: string }) => method === 'GET'
          let answer = () => {}
          const until = new Promise<void>((resolve) => (answer = resolve))
          world.target.server.inject({ kind: 'held', until, matches })
          await Promise.all([actions.readState(input, context.signal), takeTime().then(() => answer())])
        }
        return actions.perform(input, before, context)
      },
    }
  }

  it('is not mistaken for a process that stood still', async () => {
    expect(await play(false)).toEqual({ state: 'succeeded', effects: 1, ledger: ['move main #1 done'] })
  })

  it('would be where all of that time passed between two looks, also where a timer looked before the request (the twin)', async () => {
    expect(await play(true)).toEqual({
      ...{ state: 'succeeded', effects: 1 },
      ledger: ['move main #1 failed', 'move main #2 done'],
    })
  })

  it('standing still is not counted as a try', async () => {
    expect(await play(true, 1)).toMatchObject({ state: 'succeeded', effects: 1 })
  })
})
