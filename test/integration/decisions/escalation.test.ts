import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { climbLadder } from '../../../src/orchestrator/climb-ladder.ts'
import { openProposal, press, withStores } from './presses.ts'
import { auditEvents, openWorld, person } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

/** Five of the owning group are asked at the beginning; the next in line come after them. */
const OWNERS = ['own1', 'own2', 'own3', 'own4', 'own5'].map((id) => person(id, ['responder', 'approver'], ['payments']))
const FAY = person('fay', ['responder', 'approver'], ['platform'])
const GUS = person('gus@bank.example', ['responder', 'approver'], ['platform'])
const EVE = person('eve', ['responder', 'commander'])

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  world.people = [...OWNERS, FAY, EVE]
  await world.query(`UPDATE proposals SET state = 'cancelled', closed_at = clock_timestamp() WHERE closed_at IS NULL`)
})

/** As if this share of the time to the expiry were over. */
async function atShare(proposal: Proposal, share: number): Promise<void> {
  await world.query(
    `UPDATE proposals SET created_at = clock_timestamp() - $2::float8 * interval '15 minutes',
            expires_at = clock_timestamp() + (1 - $2::float8) * interval '15 minutes' WHERE id = $1`,
    [proposal.id, share],
  )
}

async function told(proposal: Proposal, kind: 'direct' | 'thread'): Promise<readonly string[]> {
  const rows = await world.query<{ person: string | null; text: string }>(
    `SELECT DISTINCT payload ->> 'personId' AS person, payload ->> 'text' AS text FROM outbox_messages
      WHERE incident_id = $1 AND kind = $2`,
    [proposal.incidentId, kind],
  )
  return rows.map(({ person: id, text }) => (id === null ? text : `${id}: ${text}`)).sort()
}

async function forgetMessages(): Promise<void> {
  await world.query(`DELETE FROM outbox_messages`)
}

describe('what waits for its approvals', () => {
  it('is told to nobody else before its share of the time is over', async () => {
    const proposal = await openProposal(world)
    await atShare(proposal, 0.39)
    expect((await climbLadder(world.deps)).climbed).toEqual([])
  })

  it('is told to the next in line, who was not asked before', async () => {
    const proposal = await openProposal(world)
    await forgetMessages()
    await atShare(proposal, 0.41)

    expect((await climbLadder(world.deps)).climbed).toEqual([proposal.id])
    expect(await told(proposal, 'direct')).toEqual([expect.stringMatching(/^fay: INC-\d+: you are next to be asked\./)])
    expect(await auditEvents(world, proposal.incidentId)).toContain('proposal.escalated')
  })

  it('is told to whoever is on call first', async () => {
    const others = ['zed1', 'zed2', 'zed3', 'zed4', 'zed5'].map((id) => person(id, ['approver'], ['platform']))
    world.people = [...OWNERS, ...others, GUS]
    const proposal = await openProposal(world)
    await forgetMessages()
    await atShare(proposal, 0.41)

    await climbLadder(onCallOf(GUS.id))
    const names = (await told(proposal, 'direct')).map((text) => text.split(':')[0])
    expect(names).toContain(GUS.id)
  })

  it('reaches the last of a long line one rung later where nobody is on call (the twin)', async () => {
    const others = ['zed1', 'zed2', 'zed3', 'zed4', 'zed5'].map((id) => person(id, ['approver'], ['platform']))
    world.people = [...OWNERS, ...others, GUS]
    const proposal = await openProposal(world)
    await forgetMessages()
    await atShare(proposal, 0.41)

    await climbLadder(world.deps)
    expect((await told(proposal, 'direct')).map((text) => text.split(':')[0])).not.toContain(GUS.id)
    await atShare(proposal, 0.71)
    await climbLadder(world.deps)
    expect((await told(proposal, 'direct')).map((text) => text.split(':')[0])).toContain(GUS.id)
  })

  it('goes to the commander, and then ends in the thread when nobody is left', async () => {
    world.people = [...OWNERS, EVE]
    const proposal = await openProposal(world)
    await forgetMessages()
    await atShare(proposal, 0.41)
    await climbLadder(world.deps)
    expect(await told(proposal, 'direct')).toEqual([
      expect.stringMatching(/^eve: .*nobody else who can approve is left/),
    ])

    await atShare(proposal, 0.71)
    await climbLadder(world.deps)
    expect(await told(proposal, 'thread')).toEqual([
      expect.stringMatching(/still waits for approval and nobody is left to ask\. It expires at/),
    ])
    await forgetMessages()
    expect((await climbLadder(world.deps)).climbed).toEqual([])
  })

  it('is told once a rung by three replicas at once, and not again after a restart', async () => {
    const proposal = await openProposal(world)
    await forgetMessages()
    await atShare(proposal, 0.41)

    const replicas = [world.replica({}), world.replica({}), world.replica({})]
    const passes = await Promise.all(replicas.map((deps) => climbLadder(deps)))
    expect(passes.flatMap(({ climbed }) => climbed)).toEqual([proposal.id])
    expect((await climbLadder(world.replica({}))).climbed).toEqual([])
  })

  it('is told by each of them where no row says that it was (the twin)', async () => {
    const proposal = await openProposal(world)
    await atShare(proposal, 0.41)
    const forgetful = forgettingRungs(world.deps)

    const passes = [await climbLadder(forgetful), await climbLadder(forgetful)]
    expect(passes.flatMap(({ climbed }) => climbed)).toEqual([proposal.id, proposal.id])
  })

  it('is told to nobody once it is decided', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, OWNERS[0] ?? FAY, { decision: 'reject' })
    await atShare(proposal, 0.71)
    expect((await climbLadder(world.deps)).climbed).toEqual([])
  })
})

function onCallOf(email: string): Deps {
  const checkout = world.deps.catalog.services.get('checkout')
  if (checkout === undefined) throw new Error('the catalog has no checkout')
  const services = new Map([...world.deps.catalog.services, ['checkout', { ...checkout, pagerdutyServiceId: 'PSVC1' }]])
  return world.replica({ catalog: { services }, onCall: { listOnCall: async () => [{ name: email, email }] } })
}

const forgettingRungs = (deps: Deps): Deps =>
  withStores(deps, ({ escalations }) => ({ escalations: { ...escalations, climb: async () => true } }))
