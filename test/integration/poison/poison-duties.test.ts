import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { StartTimer } from '../../../src/kernel/start-timer.ts'
import { BEGINS_BEFORE_PARKING, runTick } from '../../../src/orchestrator/run-tick.ts'
import { tryJobsAgain } from '../../../src/orchestrator/try-jobs-again.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

/** What a duty leaves behind that ended its process this often: begun, never ended. */
async function afterCrashes(crashes: number) {
  const hints: unknown[] = []
  const replica = await world.replica({
    queueOf: () => ({
      enqueue: async (_name, data) => {
        hints.push(data['runId'])
      },
    }),
  })
  const { run } = await approveRun(replica.deps.unitOfWork, [{ uses: 'argocd/sync', resource: `duty-${nextPlace()}` }])
  for (let crash = 0; crash < crashes; crash += 1) {
    await replica.deps.stores.clockDuties.begin('sweep runs', BEGINS_BEFORE_PARKING)
  }
  await runTick(replica.deps)
  return { replica, run, hints }
}
let place = 0
function nextPlace(): string {
  place += 1
  return String(place)
}

describe('a duty of the clock that ended its process', () => {
  it('three times in a row is set aside, the others are done, and it is done again when a person says so', async () => {
    const { replica, run, hints } = await afterCrashes(3)
    expect(hints).not.toContain(run.id)
    expect(await replica.deps.stores.clockDuties.lastEndedSeconds('close refusal minutes')).not.toBeNull()

    const none = { listDead: async () => [], retryDead: async () => [] }
    expect(await tryJobsAgain(replica.deps, { ids: 'all', origin: 'cli', ...none })).toEqual(['duty sweep runs'])
    await runTick(replica.deps)

    expect(hints).toContain(run.id)
  })

  it('twice is done once more, and its count begins anew', async () => {
    const { replica, run, hints } = await afterCrashes(2)

    expect(hints).toContain(run.id)
    expect(await replica.deps.stores.clockDuties.begin('sweep runs', BEGINS_BEFORE_PARKING)).toBe(1)
  })
})

describe('a duty of the clock that does not end', () => {
  const timers: NodeJS.Timeout[] = []
  afterEach(() => {
    for (const timer of timers.splice(0)) clearInterval(timer)
  })

  it('keeps none of the others, and is set aside after three tries', async () => {
    const { begun, othersDone } = await tickBesideHangingSweep({ timePasses: true, ticks: 4 })

    expect(othersDone).toBe(4)
    expect(begun).toBe(3)
  })

  it('keeps all that come after it where it is waited for (the twin)', async () => {
    const { begun, othersDone } = await tickBesideHangingSweep({ timePasses: false, ticks: 1 })

    expect({ begun, othersDone }).toEqual({ begun: 1, othersDone: 0 })
  })

  /** The refusal minutes are closed after runs are swept. */
  async function tickBesideHangingSweep({
    timePasses,
    ticks,
  }: {
    readonly timePasses: boolean
    readonly ticks: number
  }) {
    let [begun, othersDone] = [0, 0]
    let whenBegun: () => void = () => undefined
    const hasBegun = new Promise<void>((resolve) => (whenBegun = resolve))
    const replica = await world.replica()
    const { stores } = replica.deps
    await stores.clockDuties.end('sweep runs')
    const listAbandoned = (): Promise<never> => {
      begun += 1
      whenBegun()
      return new Promise(() => undefined)
    }
    const end = async (name: string): Promise<void> => {
      await stores.clockDuties.end(name)
      if (name === 'close refusal minutes') othersDone += 1
    }
    const clockDuties = { ...stores.clockDuties, end }
    const deps = { ...replica.deps, stores: { ...stores, runSweep: { listAbandoned }, clockDuties } }
    // Time passes for what waits, and only for that.
    const startTimer: StartTimer = (_ms, whenOver) => {
      const before = begun
      const timer = setInterval(() => {
        if (timePasses && begun > before) whenOver()
      }, 5)
      timers.push(timer)
      return () => clearInterval(timer)
    }
    const ticking = async () => {
      for (let tick = 0; tick < ticks; tick += 1) await runTick(deps, startTimer)
    }
    const all = ticking()
    await (timePasses ? all : hasBegun)
    return { begun, othersDone }
  }
})
