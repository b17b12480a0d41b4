import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { BO, DI, openScene, openWorld, recordSuccesses } from '../decisions/world.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { press, pressed } from '../decisions/presses.ts'
import { proposePlaybook } from '../../../src/orchestrator/propose-playbook.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { ServiceCatalog } from '../../../src/domain/service-catalog.ts'
import type { World } from '../decisions/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.query(`UPDATE freezes SET lifted_at = clock_timestamp()`)
})

/** An incident of checkout, for which somebody wants to roll back the application of another service. */
async function runOn(service: string, deps: Deps = world.deps): Promise<Proposal> {
  await recordSuccesses(world, 'checkout', 1)
  const { incident } = await openScene(world)
  world.actions.states.set(`${service}-app`, { historyId: '42', revision: 'abc', autoSync: true, operation: null })
  const { proposal } = await proposePlaybook(deps, {
    incidentId: incident.id,
    playbook: 'rollback-bad-deploy',
    inputs: { app: `${service}-app` },
    personId: DI.id,
    origin: 'slack',
  })
  return proposal
}

const freeze = (service: string) =>
  freezeService(world.deps, { service, for: '30m', reason: 'Sale', personId: DI.id, origin: 'slack' })

function observing(name: string): ServiceCatalog {
  const services = [...world.deps.catalog.services.values()]
  return { services: new Map(services.map((one) => [one.name, one.name === name ? { ...one, mode: 'observe' } : one])) }
}

describe('other inputs that point at another service', () => {
  it('make a plan of that service, with its owner and its own record of success', async () => {
    const proposal = await runOn('orphan')

    expect(proposal.plan.service).toBe('orphan')
    expect(proposal.tier).toBe(3)
    expect(proposal.required.owningGroup).toBeNull()
  })

  it('are refused while that service is frozen', async () => {
    await freeze('orphan')
    await expect(runOn('orphan')).rejects.toThrow(/orphan is frozen/)
  })

  it('cannot be approved while that service is frozen', async () => {
    const proposal = await runOn('orphan')
    await freeze('orphan')
    expect(await pressed(world.deps, proposal, BO)).toBe('frozen')
  })

  it('are refused where that service is only observed', async () => {
    await expect(runOn('orphan', world.replica({ catalog: observing('orphan') }))).rejects.toThrow(/only observes/)
  })

  it('leave a plan of the service itself as it is', async () => {
    const proposal = await runOn('checkout')

    expect(proposal).toMatchObject({ tier: 2, plan: { service: 'checkout' } })
    expect((await press(world.deps, proposal, BO)).outcome).toBe('approved')
  })
})
