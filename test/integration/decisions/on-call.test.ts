import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { defaultPolicyFiles } from '../../unit/policy/default-policies.ts'
import { openPagerDutyWorld } from '../../contract/pagerduty/pagerduty-world.ts'
import { openProposal, press, pressed } from './presses.ts'
import { ANA, openWorld, person } from './world.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import type { Person } from '../../../src/domain/person.ts'
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

function withPolicy(text: string): Pick<Deps, 'authorize'> {
  const { authorize } = createPolicyEngine([...defaultPolicyFiles(), { file: 'policies/on-call.cedar', text }])
  return { authorize }
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

/** What the executor would have written of a step of which nobody knows what became. */
async function unknownStep(): Promise<string> {
  const proposal = await openProposal(world)
  await press(replica(false), proposal, LEE)
  const [run] = await world.deps.stores.runs.listByIncident(proposal.incidentId)
  await world.query(`UPDATE runs SET state = 'unknown', started_at = now() WHERE id = $1`, [run?.id])
  await world.query(
    `INSERT INTO attempts (run_id, step_id, step_index, direction, effect, number, uses, crash_class, state,
       idempotency_key, fence, request_hash, before, sent_at, finished_at)
     VALUES ($1, 'rollback', 0, 'forward', 'main', 1, 'argocd/rollback', 'queryable', 'unknown',
       'key-' || $1, 1, 'hash', '{}', now(), now())`,
    [run?.id],
  )
  return run?.id ?? ''
}

function retry(deps: Deps, runId: string, by: Person) {
  const said = { choice: 'retry', reason: 'it never arrived', person: by, origin: 'console' } as const
  return settleStep(deps, { runId, stepId: null, ...said })
}

describe('the fresh approval of a retry', () => {
  it('has on record who was on call when it was given', async () => {
    const runId = await unknownStep()
    await retry(replica(false), runId, KIM)

    const [decision] = await world.query<{ on_call: string }>(
      `SELECT on_call FROM decisions WHERE person_id = $1 AND reason LIKE 'Retry of step rollback%'
        ORDER BY id DESC LIMIT 1`,
      [KIM.id],
    )
    const [entry] = await world.query<{ on_call: string }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb #>> '{details,onCall}' AS on_call FROM audit_leaves
        WHERE event = 'step.settled' ORDER BY id DESC LIMIT 1`,
    )
    expect([decision?.on_call, entry?.on_call]).toEqual(['yes', 'yes'])
  })

  it('is refused to whoever is not, where a policy asks for it; to others it is not (the twin)', async () => {
    const demand = DEMAND.replace('"approve", resource is Proposal', '"settle", resource')
    const deps = { ...replica(false), ...withPolicy(demand) }
    const runId = await unknownStep()

    await expect(retry(deps, runId, LEE)).rejects.toThrow(/only whoever is on call approves/)
    expect((await retry(deps, runId, KIM)).isSettled).toBe(true)
  })
})

describe('the fresh approval of a retry, where a policy wants whoever approves to be on call', () => {
  it('is asked what any approval is: refused to whoever is not, and worth nothing', async () => {
    const runId = await unknownStep()

    await expect(retry(replica(true), runId, LEE)).rejects.toThrow(/does not let Lee@bank\.example approve it/)
    expect((await world.deps.stores.runs.find(runId))?.state).toBe('unknown')
    expect((await retry(replica(true), runId, KIM)).isSettled).toBe(true)
  })

  it('is given by anybody where no policy asks (the twin)', async () => {
    expect((await retry(replica(false), await unknownStep(), LEE)).isSettled).toBe(true)
  })
})

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
