import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { defaultPolicyFiles } from '../../unit/policy/default-policies.ts'
import { openPagerDutyWorld } from '../../contract/pagerduty/pagerduty-world.ts'
import { openProposal, press, pressed } from './presses.ts'
import { ANA, openWorld, person } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { PagerDutyWorld } from '../../contract/pagerduty/pagerduty-world.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

const KIM = person('kim@bank.example', ['responder', 'approver'])
const LEE = person('lee@bank.example', ['responder', 'approver'])
const MAX = person('max@bank.example', ['responder'])
const DEMAND = `@id("approve-on-call")
@says("only whoever is on call approves")
forbid (principal, action == Action::"approve", resource is Proposal) unless { context.onCall == "yes" };
`

let world: World
let pagerduty: PagerDutyWorld
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  world.people = [ANA, KIM, LEE, MAX]
  pagerduty = await openPagerDutyWorld()
  onCallIs(KIM.id)
})
afterEach(() => pagerduty.fake.server.close())

function onCallIs(...emails: readonly string[]): void {
  const people = emails.map((email) => ({ serviceId: 'PSVC1', level: 1, name: email, email }))
  pagerduty.fake.onCalls.splice(0, pagerduty.fake.onCalls.length, ...people)
}

/** The service is PagerDuty's as well; with `demand` a policy wants whoever approves to be on call. */
function replica(demand: boolean): Deps {
  const checkout = world.deps.catalog.services.get('checkout')
  if (checkout === undefined) throw new Error('the catalog has no checkout')
  const services = new Map([...world.deps.catalog.services, ['checkout', { ...checkout, pagerdutyServiceId: 'PSVC1' }]])
  const files = [...defaultPolicyFiles(), ...(demand ? [{ file: 'policies/on-call.cedar', text: DEMAND }] : [])]
  const { authorize } = createPolicyEngine(files)
  return world.replica({ catalog: { services }, onCall: pagerduty.pagerduty.onCall, authorize })
}

function breakSchedule(): void {
  pagerduty.clock.advance(61_000)
  for (let index = 0; index < 10; index += 1) {
    pagerduty.fake.server.inject({ kind: 'answer', answer: { status: 500, body: 'no' } })
  }
}

async function onCallOnRecord(proposal: Proposal): Promise<readonly unknown[]> {
  const rows = await world.query<{ on_call: unknown }>(
    `SELECT convert_from(bytes, 'UTF8')::jsonb #> '{approvals,0,onCall}' AS on_call FROM audit_leaves
      WHERE incident_id = $1 AND event = 'decision.recorded' ORDER BY id`,
    [proposal.incidentId],
  )
  return rows.map((row) => row.on_call)
}

describe('a policy that wants whoever approves to be on call', () => {
  it('lets them, and the record says so', async () => {
    const proposal = await openProposal(world)
    expect(await pressed(replica(true), proposal, KIM)).toBe('approved')
    expect(await onCallOnRecord(proposal)).toEqual([{ standing: 'yes', source: 'pagerduty' }])
  })

  it('refuses another approver and names who may', async () => {
    const proposal = await openProposal(world)
    await expect(press(replica(true), proposal, LEE)).rejects.toThrow(
      /may not approve PRO-\d+: only whoever is on call approves\. Ask Kim@bank\.example, who may/,
    )
  })

  it('does not matter where no policy asks (the twin), and the record says that they were not', async () => {
    const proposal = await openProposal(world)
    expect(await pressed(replica(false), proposal, LEE)).toBe('approved')
    expect(await onCallOnRecord(proposal)).toEqual([{ standing: 'no', source: 'pagerduty' }])
  })

  it('goes by the schedule of the moment, a minute old at most', async () => {
    const proposal = await openProposal(world)
    const deps = replica(true)
    expect(await pressed(deps, proposal, LEE)).toBe('not_allowed')
    onCallIs(LEE.id)
    pagerduty.clock.advance(61_000)
    expect(await pressed(deps, proposal, KIM)).toBe('not_allowed')
    expect(await pressed(deps, proposal, LEE)).toBe('approved')
  })
})

describe('being on call', () => {
  it('grants nothing by itself', async () => {
    onCallIs(MAX.id)
    const proposal = await openProposal(world)
    expect(await pressed(replica(true), proposal, MAX)).toBe('not_allowed')
    expect(await pressed(replica(false), proposal, MAX)).toBe('not_allowed')
  })
})

describe('a schedule that cannot be read', () => {
  it('grants nothing where a policy asks for it, and says why', async () => {
    const proposal = await openProposal(world)
    const deps = replica(true)
    breakSchedule()
    await expect(press(deps, proposal, KIM)).rejects.toThrow(/could not be read, so nobody counts as on call/)
  })

  it('stands in the way of nothing else, and is on record', async () => {
    const proposal = await openProposal(world)
    const deps = replica(false)
    breakSchedule()
    expect(await pressed(deps, proposal, LEE)).toBe('approved')
    expect(await onCallOnRecord(proposal)).toEqual([{ standing: 'unknown', source: 'pagerduty' }])
  })
})
