import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, CATALOG, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, ledgerLines, openWorld } from '../executor/world.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from '../executor/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const move = (resource: string) => [{ id: 'move', uses: 'argocd/sync' as const, resource, with: { to: 'r1' } }]
const freeze = (replica: Replica, service: string | null) =>
  replica.deps.stores.freezes.add({ service, reason: 'Sale', createdBy: ANA.id, forMs: 60_000 })

describe('between the last look and the intent', () => {
  it('the kill switch is heard: nothing is sent', async () => {
    const replica = await world.replica()
    const { run } = await approveRun(replica.deps.unitOfWork, move('kill-1'))
    let isPressed = false
    const press = async (point: string) => {
      if (point !== 'before-intent' || isPressed) return
      isPressed = true
      await freeze(replica, null)
    }

    const ended = await advance(replica, run.id, { debugPoint: press })
    await replica.deps.stores.freezes.lift(null, ANA.id)

    expect(ended).toMatchObject({ state: 'stopped', startedAt: null })
    expect(await ledgerLines(replica, run.id)).toEqual([])
  })
})

describe('a freeze of a service that a step names', () => {
  it('stops the run, though the plan is of another service', async () => {
    const replica = await world.replica()
    const checkout = CATALOG.services.get(SERVICE)!
    const ledger = { ...checkout, name: 'ledger', argocd: { app: 'ledger-app', project: null } }
    const catalog = { services: new Map([...CATALOG.services, [ledger.name, ledger]]) }
    const [step] = move('frozen-1')
    const { run } = await approveRun(replica.deps.unitOfWork, [{ ...step!, with: { to: 'r1', app: 'ledger-app' } }])
    await freeze(replica, 'ledger')

    const ended = await advance({ ...replica, deps: { ...replica.deps, catalog } }, run.id)

    expect(ended.state).toBe('stopped')
    expect(ended.detail).toMatch(/ledger is frozen/)
  })
})
