import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { ANA, BEN, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** One statement in the place of eight, each of which is still there for others: they have to agree. */
it('a reading of a run says what the stores say one by one', async () => {
  const replica = await world.replica()
  const { stores, unitOfWork } = replica.deps
  const step = { uses: 'pagerduty/note', resource: 'read', before: null } as const
  const { run, proposal } = await approveRun(unitOfWork, [step], { approvers: [ANA, BEN] })
  await advance(replica, run.id)
  await stores.decisions.withdraw(proposal.id, BEN.id)
  for (const service of [SERVICE, null]) {
    await stores.freezes.add({ service, reason: 'audit day', createdBy: BEN.id, forMs: 60_000 })
  }

  const { isExpired, isSymptomGoneConfirmed, alerts, ...reading } = (await stores.runReadings.read(run.id))!

  expect(reading).toEqual({
    run: await stores.runs.find(run.id),
    proposal: await stores.proposals.find(proposal.id),
    attempts: await stores.ledger.list(run.id),
    decisions: await stores.decisions.list(proposal.id),
    freezes: await stores.freezes.listActive(),
    incident: await stores.incidents.find(run.incidentId),
  })
  expect([reading.attempts.length, reading.decisions.length, reading.freezes.length]).toEqual([1, 2, 2])
  expect((await stores.alerts.countByIncidents([run.incidentId])).get(run.incidentId)).toMatchObject(alerts)
  expect({ isExpired, isSymptomGoneConfirmed }).toEqual({ isExpired: false, isSymptomGoneConfirmed: false })
})

it('a plan of the same bytes is not parsed again, and one of other bytes is', async () => {
  const { stores, unitOfWork } = (await world.replica()).deps
  const { run } = await approveRun(unitOfWork, [{ uses: 'pagerduty/note', resource: 'again' }])
  const known = (await stores.runReadings.read(run.id))!.proposal

  expect((await stores.runReadings.read(run.id, known))!.proposal.plan).toBe(known.plan)
  const other = await stores.runReadings.read(run.id, { ...known, planJson: `${known.planJson} ` })
  expect(other!.proposal.plan).not.toBe(known.plan)
  expect(other!.proposal).toEqual(known)
})

it('there is none of a run that is not there', async () => {
  expect(await (await world.replica()).deps.stores.runReadings.read('RUN-0')).toBeUndefined()
})
