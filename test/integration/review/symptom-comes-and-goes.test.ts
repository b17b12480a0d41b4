import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { BO, openWorld } from '../decisions/world.ts'
import { openProposal, press } from '../decisions/presses.ts'
import type { World } from '../decisions/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('a person who was told once that the symptom is gone', () => {
  const quiet = (incidentId: string, since: string) =>
    world.query(`UPDATE incidents SET quiet_since = ${since} WHERE id = $1`, [incidentId])
  const isConfirmed = async (incidentId: string) => {
    const [run] = await world.deps.stores.runs.listByIncident(incidentId)
    return (await world.deps.stores.runReadings.read(run?.id ?? ''))?.isSymptomGoneConfirmed
  }

  it('and approves when it is back has not confirmed that the plan runs without a symptom', async () => {
    const proposal = await openProposal(world)
    await quiet(proposal.incidentId, 'clock_timestamp()')
    expect((await press(world.deps, proposal, BO)).outcome).toBe('confirm_needed')
    await quiet(proposal.incidentId, 'NULL')
    expect((await press(world.deps, proposal, BO)).outcome).toBe('approved')

    expect(await isConfirmed(proposal.incidentId)).toBe(false)
  })

  it('and confirms it has', async () => {
    const proposal = await openProposal(world)
    await quiet(proposal.incidentId, 'clock_timestamp()')
    await press(world.deps, proposal, BO)
    await press(world.deps, proposal, BO, { confirmed: true })

    expect(await isConfirmed(proposal.incidentId)).toBe(true)
  })
})
