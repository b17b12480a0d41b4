import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { expireProposals } from '../../../src/orchestrator/expire-proposals.ts'
import { remindApprovers } from '../../../src/orchestrator/remind-approvers.ts'
import { ANA, BO, auditEvents, openWorld } from './world.ts'
import { endingOf, openProposal, press, pressed, withProposals } from './presses.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

let world: World
const RealDate = Date
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(() => {
  globalThis.Date = RealDate
})

const HOUR_MS = 3_600_000

/** This replica's clock is wrong by so much, for everything it may look at. */
function shiftClock(byMs: number): void {
  globalThis.Date = class extends RealDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(RealDate.now() + byMs)
      else super(...(args as [number]))
    }

    static override now(): number {
      return RealDate.now() + byMs
    }
  } as DateConstructor
}

/** Moves the expiry to so many milliseconds from now, by the database's clock. */
async function expireIn(proposal: Proposal, ms: number): Promise<void> {
  await world.query(
    `UPDATE proposals SET expires_at = date_trunc('milliseconds', clock_timestamp()) + $2 * interval '1 millisecond'
      WHERE id = $1`,
    [proposal.id, ms],
  )
}

describe('T17: approving around the expiry', () => {
  it('counts exactly what was judged before it by the database’s clock, on replicas an hour off either way', async () => {
    let early = 0
    let late = 0
    for (let index = 0; index < 48; index += 1) {
      const proposal = await openProposal(world)
      await expireIn(proposal, (index % 16) - 1)
      shiftClock(index % 2 === 0 ? HOUR_MS : -HOUR_MS)
      const outcome = await pressed(world.deps, proposal, BO)
      globalThis.Date = RealDate

      const [row] = await world.query<{ count: string; too_late: string }>(
        `SELECT count(*) AS count, count(*) FILTER (WHERE d.at >= p.expires_at) AS too_late
           FROM decisions d JOIN proposals p ON p.id = d.proposal_id WHERE p.id = $1`,
        [proposal.id],
      )
      expect(Number(row?.too_late)).toBe(0)
      expect([outcome, Number(row?.count)]).toEqual(outcome === 'approved' ? ['approved', 1] : ['proposal_expired', 0])
      if (outcome === 'approved') early += 1
      else late += 1
    }
    expect(late).toBeGreaterThan(0)
    expect(early + late).toBe(48)
  })

  it('long before it counts, whatever the replica believes', async () => {
    const proposal = await openProposal(world)
    shiftClock(24 * HOUR_MS)
    expect(await pressed(world.deps, proposal, BO)).toBe('approved')
  })

  it('after it is refused, and everybody sees at once that it has expired', async () => {
    const proposal = await openProposal(world)
    await expireIn(proposal, -1)
    shiftClock(-24 * HOUR_MS)

    await expect(press(world.deps, proposal, BO)).rejects.toThrow(/expired at .*Type "run" with its playbook/)
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'expired', approvals: [], runs: 0 })
    expect(await auditEvents(world, proposal.incidentId)).toEqual([
      'proposal.made',
      'proposal.expired',
      'decision.refused (proposal_expired)',
    ])
  })

  it('would count for a replica that asks its own clock (the twin)', async () => {
    const proposal = await openProposal(world)
    await expireIn(proposal, -1)
    const byOwnClock = withProposals(world.deps, (store) => ({
      lock: async (id) => {
        const locked = await store.lock(id)
        if (locked === undefined) return undefined
        return { ...locked, isExpired: Date.now() >= locked.proposal.expiresAt.getTime() }
      },
    }))
    shiftClock(-HOUR_MS)
    expect(await pressed(byOwnClock, proposal, BO)).toBe('approved')
  })
})

describe('a tick of the clock', () => {
  it('expires what is due, and what is approved and has not started', async () => {
    const pending = await openProposal(world)
    const approved = await openProposal(world)
    const fresh = await openProposal(world)
    await press(world.deps, approved, BO)
    await expireIn(pending, -1)
    await expireIn(approved, -1)

    const { expired } = await expireProposals(world.deps)

    expect(expired).toEqual(expect.arrayContaining([pending.id, approved.id]))
    expect(expired).not.toContain(fresh.id)
    expect((await endingOf(world, approved)).state).toBe('expired')
    const [run] = await world.deps.stores.runs.listByIncident(approved.incidentId)
    expect(run?.stopRequestedBy).toBe('countersign')
  })

  it('leaves alone what has started: from then on there is no expiry', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO)
    await world.query(`UPDATE runs SET state = 'running', started_at = clock_timestamp() WHERE proposal_id = $1`, [
      proposal.id,
    ])
    await expireIn(proposal, -1)

    expect((await expireProposals(world.deps)).expired).not.toContain(proposal.id)
    expect((await endingOf(world, proposal)).state).toBe('approved')
  })

  it('on two replicas at once expires each proposal once', async () => {
    const proposals = [await openProposal(world), await openProposal(world), await openProposal(world)]
    for (const proposal of proposals) await expireIn(proposal, -1)

    const [one, other] = await Promise.all([expireProposals(world.deps), expireProposals(world.deps)])
    const both = [...one.expired, ...other.expired].filter((id) => proposals.some((proposal) => proposal.id === id))

    expect(both.sort()).toEqual(proposals.map((proposal) => proposal.id).sort())
  })

  it('reminds the next approvers once before the expiry, and not those who have approved', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, ANA)
    await world.query(`DELETE FROM outbox_messages`)
    await expireIn(proposal, 4 * 60_000)

    const [one, other] = await Promise.all([remindApprovers(world.deps), remindApprovers(world.deps)])
    const rows = await world.query<{ payload: object }>(
      `SELECT payload FROM outbox_messages WHERE incident_id = $1 AND kind = 'direct'`,
      [proposal.incidentId],
    )

    expect([...one.reminded, ...other.reminded].filter((id) => id === proposal.id)).toHaveLength(1)
    expect(JSON.stringify(rows)).toMatch(/expires soon/)
    expect(JSON.stringify(rows)).not.toMatch(/"ana"/)
  })
})
