import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { openFaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { advance, find, openWorld } from './world.ts'
import type { World } from './world.ts'

let world: World
let proxy: FaultProxy
beforeAll(async () => {
  world = await openWorld()
})
afterEach(async () => {
  await proxy.close()
  await world.closeReplicas()
})
afterAll(() => world.close())

/** Half-open: the server is gone without a word on the connection that carries the intent; the others go on. */
describe('a database that falls silent on one connection', () => {
  it('is given up, and the run goes on over another one: the effect happens once', async () => {
    const { replica, run } = await openBehindProxy(3_000)

    const ended = await advance(replica, run.id)

    expect(proxy.hitsOf('half-open')).toBe(1)
    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(1)
  })

  it('would hold the run for as long as its heartbeats go on, where nobody gives up (the twin)', async () => {
    const { replica, run } = await openBehindProxy(0)
    let isBack = false
    const advancing = advanceRun(replica.deps, { runId: run.id }, new AbortController().signal)
      .catch(() => undefined)
      .finally(() => (isBack = true))
    await waitUntil('the intent is on its way', () => proxy.hitsOf('half-open') === 1)
    const quiet = await world.replica()
    const lease = (await find(quiet, run.id)).leaseUntil!

    await waitUntil(
      'a heartbeat over another connection',
      async () => (await find(quiet, run.id)).leaseUntil!.getTime() > lease.getTime(),
    )

    expect(isBack).toBe(false)
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(0)
    await proxy.close()
    await advancing
  })

  let place = 0
  async function openBehindProxy(answerTimeoutMs: number) {
    place += 1
    proxy = await openFaultProxy(world.database.url)
    const settings = answerTimeoutMs === 0 ? { leaseMs: 6_000 } : {}
    const replica = await world.replica({ url: proxy.url, answerTimeoutMs, settings })
    const patient = await world.replica()
    const { run } = await approveRun(patient.deps.unitOfWork, [
      { id: 'move', uses: 'argocd/sync', resource: `silent-${String(place)}` },
    ])
    proxy.inject({ kind: 'half-open', times: 1, matches: (piece) => piece.includes('INSERT INTO attempts') })
    return { replica, run }
  }
})
