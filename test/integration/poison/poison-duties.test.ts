import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
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
