import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { ANA, BEN, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

let world: World
let owner: Client
beforeAll(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await world.close()
})

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

  const {
    isExpired,
    isSymptomGoneConfirmed,
    alerts,
    versions: _versions,
    ...reading
  } = (await stores.runReadings.read(run.id))!

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
  for (const service of [SERVICE, null]) await stores.freezes.lift(service, BEN.id)
})

describe('what is known already', () => {
  it('is not sent again, and is what was handed in', async () => {
    const { stores, unitOfWork } = (await world.replica()).deps
    const { run } = await approveRun(unitOfWork, [{ uses: 'pagerduty/note', resource: 'again' }])
    const first = (await stores.runReadings.read(run.id))!

    const again = (await stores.runReadings.read(run.id, first))!

    expect(again).toEqual(first)
    expect(again.proposal).toBe(first.proposal)
    expect(again.incident).toBe(first.incident)
    expect(again.attempts).toBe(first.attempts)
  })

  it('is sent again when its row was changed, by whomever', async () => {
    const { stores, unitOfWork } = (await world.replica()).deps
    const { run, proposal } = await approveRun(unitOfWork, [{ uses: 'pagerduty/note', resource: 'changed' }])
    const first = (await stores.runReadings.read(run.id))!

    await owner.query(`UPDATE proposals SET plan_json = plan_json || ' ' WHERE id = $1`, [proposal.id])
    const changed = (await stores.runReadings.read(run.id, first))!
    expect(changed.proposal.planJson).toBe(`${first.proposal.planJson} `)
    expect(changed.proposal.plan).not.toBe(first.proposal.plan)

    // The twin: whoever took the versions for granted would still have the first one.
    const granted = { ...first, versions: changed.versions }
    expect((await stores.runReadings.read(run.id, granted))!.proposal.planJson).toBe(first.proposal.planJson)

    await owner.query(`UPDATE incidents SET title = 'another' WHERE id = $1`, [run.incidentId])
    expect((await stores.runReadings.read(run.id, changed))!.incident.title).toBe('another')
  })

  it('is the ledger only while its rows and their states are the same', async () => {
    const replica = await world.replica()
    const { stores, unitOfWork } = replica.deps
    const { run } = await approveRun(unitOfWork, [{ uses: 'pagerduty/note', resource: 'ledger', before: null }])
    const before = (await stores.runReadings.read(run.id))!
    await advance(replica, run.id)
    const after = (await stores.runReadings.read(run.id, before))!
    expect(after.attempts.map(({ state }) => state)).toEqual(['done'])

    const asSent = after.attempts.map((attempt) => ({ ...attempt, state: 'sent' as const }))
    expect((await stores.runReadings.read(run.id, { ...after, attempts: asSent }))!.attempts).toEqual(after.attempts)
    expect((await stores.runReadings.read(run.id, { ...after, attempts: [] }))!.attempts).toEqual(after.attempts)
  })
})

it('there is none of a run that is not there', async () => {
  expect(await (await world.replica()).deps.stores.runReadings.read('RUN-0')).toBeUndefined()
})
