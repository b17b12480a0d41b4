import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { undoRun } from '../../../src/orchestrator/undo-run.ts'
import { stopRun } from '../../../src/orchestrator/stop-run.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import type { AuthorizationRequest } from '../../../src/domain/authorization.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import { ANA, BEN, RIA } from '../../fakes/counting-target/approved-run.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { advance, auditEvents, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { World } from './world.ts'
import { askedOf, look, nestedRun, pressStep } from './nested-world.ts'
import type { Nested } from './nested-world.ts'
import type { Replica, ReplicaOptions } from '../../fakes/counting-target/replica.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

/** The few people of this test press more often than anybody does; fatigue has a test of its own. */
const REFRESHED = { fatigue: { decisions: 1_000_000, perMs: 600_000 } }

const countOf = (key: string) => world.target.countOf(key)

async function waiting(
  options: Parameters<typeof nestedRun>[2] = {},
  replicaOptions: Partial<ReplicaOptions> = {},
): Promise<{ readonly replica: Replica; readonly nested: Nested }> {
  const settings = { ...REFRESHED, ...replicaOptions.settings }
  const replica = await world.replica({ ...replicaOptions, settings })
  const nested = await nestedRun(replica, countOf, options)
  await waitUntil('the run asks', async () => {
    await look(replica, nested.run.id)
    return (await replica.deps.stores.stepApprovals.list(nested.run.id)).length > 0
  })
  return { replica, nested }
}

async function tamper(text: string, values: readonly unknown[]): Promise<void> {
  const client = new Client({ connectionString: world.database.ownerUrl })
  await client.connect()
  await client.query(text, [...values])
  await client.end()
}

describe('a step that asks for an approval', () => {
  it('lets the run wait for it, sends nothing after it, and goes on when the quorum of its tier is there', async () => {
    const { replica, nested } = await waiting()
    const { run } = nested

    expect((await find(replica, run.id)).state).toBe('waiting')
    expect(nested.effects()).toEqual({ before: 1, after: 0 })
    expect(await pressStep(replica, nested, BEN)).toBe('approved')
    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('succeeded')
    expect(nested.effects()).toEqual({ before: 1, after: 1 })
    expect((await askedOf(replica, run.id)).state).toBe('approved')
    const events = await auditEvents(world, run.id)
    expect(events.filter((event) => event !== 'step.sent')).toEqual([
      ...['run.started', 'step.intended', 'step.succeeded', 'approval.asked', 'decision.recorded', 'step.succeeded'],
      ...['step.intended', 'step.succeeded', 'run.succeeded'],
    ])
  })

  it('never goes on by itself, however often it is looked at', async () => {
    const { replica, nested } = await waiting()
    for (let looks = 0; looks < 5; looks += 1) await look(replica, nested.run.id)

    expect((await find(replica, nested.run.id)).state).toBe('waiting')
    expect(nested.effects().after).toBe(0)
  })

  it('goes on by itself where the decisions are not counted (the twin)', async () => {
    const forged = (stores: Stores): Stores => ({
      ...stores,
      stepApprovals: {
        ...stores.stepApprovals,
        listDecisions: async (runId) => {
          const [approval] = await stores.stepApprovals.list(runId)
          const own = { personId: ANA.id, personName: ANA.name, decision: 'approve', reason: null } as const
          const when = { at: new Date(), withdrawnAt: null, surface: 'console', onCall: null } as const
          const as = { rolesAtTime: ANA.roles, groupsAtTime: ANA.groups, hash: approval?.hash ?? '' }
          return [{ runId, stepId: 'confirm', ...own, ...when, ...as }]
        },
      },
    })
    const { replica, nested } = await waiting({}, { stores: forged })
    await look(replica, nested.run.id)

    expect((await find(replica, nested.run.id)).state).toBe('succeeded')
    expect(nested.effects().after).toBe(1)
  })

  it('is shown with what it asks, who decided and who can, and tells those who can', async () => {
    const { replica, nested } = await waiting({ tier: 3 })
    await pressStep(replica, nested, BEN)

    const view = await loadIncidentView(replica.deps, nested.run.incidentId)
    const asked = view?.run?.approval

    expect(asked).toMatchObject({ stepId: 'confirm', title: 'The canary looks well', tier: 3, approvalsCounted: 1 })
    expect(asked?.canApprove).toEqual(['Ana Ruiz'])
    expect(asked?.decisions.map(({ personName }) => personName)).toEqual(['Ben Okafor'])
  })
})

describe('who may approve a step', () => {
  const REQUESTER: Person = { ...ANA, id: 'countersign', name: 'Requester' }

  it.each<[tier: number, who: string, outcome: string, by: Person]>([
    [1, 'a responder', 'approved', RIA],
    [1, 'the requester', 'approved', REQUESTER],
    [2, 'who approved the plan', 'approved', ANA],
    [2, 'another approver', 'approved', BEN],
    [2, 'a responder', 'not_allowed', RIA],
    [2, 'the requester', 'requester', REQUESTER],
    [3, 'one approver', 'counted', BEN],
    [3, 'the requester', 'requester', REQUESTER],
  ])('tier %d by %s: %s', async (tier, _who, outcome, by) => {
    const { replica, nested } = await waiting({ tier }, { people: () => [ANA, BEN, RIA, REQUESTER] })

    expect(await pressStep(replica, nested, by)).toBe(outcome)
    await look(replica, nested.run.id)
    expect(nested.effects().after).toBe(outcome === 'approved' ? 1 : 0)
  })

  it('asks two people at tier 3, each counted once, on whatever surface they press', async () => {
    const { replica, nested } = await waiting({ tier: 3 })

    expect(await pressStep(replica, nested, ANA)).toBe('counted')
    expect(await pressStep(replica, nested, ANA, { origin: 'teams' })).toBe('already_decided')
    await look(replica, nested.run.id)
    expect(nested.effects().after).toBe(0)
    expect(await pressStep(replica, nested, BEN)).toBe('approved')
    expect((await advance(replica, nested.run.id)).state).toBe('succeeded')
  })

  it('asks for one more of a person who has approved too much in too short a time', async () => {
    const settings = { fatigue: { decisions: 1, perMs: 600_000 } }
    const { replica, nested } = await waiting({ approvers: [BEN] }, { settings })

    expect(await pressStep(replica, nested, BEN)).toBe('counted')
    expect(await pressStep(replica, nested, ANA)).toBe('approved')
  })
})

describe('what an approval of a step is bound to', () => {
  it('does not take the hash of the plan, nor that of a step of another run', async () => {
    const { replica, nested } = await waiting()
    const other = await waiting()
    const { hash } = await askedOf(other.replica, other.nested.run.id)

    expect(await pressStep(replica, nested, BEN, { planHash: nested.proposal.planHash })).toBe('already_decided')
    expect(await pressStep(replica, nested, BEN, { planHash: hash })).toBe('hash_mismatch')
    expect(await pressStep(replica, nested, BEN, { planHash: null })).toBe('hash_missing')
    await look(replica, nested.run.id)
    expect(nested.effects().after).toBe(0)
  })

  it.each([
    ['tier', 'tier = 1'],
    ['title', `title = 'Something else'`],
    ['nonce', `nonce = 'another'`],
    ['expiry', `expires_at = expires_at + interval '1 hour'`],
    ['hash', `hash = repeat('0', 64)`],
  ])('does not count when its %s is changed after it was given', async (_field, change) => {
    const { replica, nested } = await waiting()
    await pressStep(replica, nested, BEN)
    await tamper(`UPDATE step_approvals SET ${change} WHERE run_id = $1`, [nested.run.id])

    await look(replica, nested.run.id)

    expect((await find(replica, nested.run.id)).state).toBe('waiting')
    expect(nested.effects().after).toBe(0)
  })

  it('counts when nothing is changed (the twin)', async () => {
    const { replica, nested } = await waiting()
    await pressStep(replica, nested, BEN)
    await tamper(`UPDATE step_approvals SET title = title WHERE run_id = $1`, [nested.run.id])

    expect((await advance(replica, nested.run.id)).state).toBe('succeeded')
  })

  it('says to whoever presses an old button how it ended', async () => {
    const { replica, nested } = await waiting()
    await pressStep(replica, nested, BEN)
    await advance(replica, nested.run.id)

    expect(await pressStep(replica, nested, ANA)).toBe('already_decided')
    expect(nested.effects().after).toBe(1)
  })
})

describe('each ending is shown as what it is', () => {
  it('a rejection ends the run at the step, and what was done can be undone', async () => {
    const { replica, nested } = await waiting()

    expect(await pressStep(replica, nested, RIA, { decision: 'reject', planHash: null })).toBe('rejected')
    const ended = await advance(replica, nested.run.id)

    expect(ended.state).toBe('stopped')
    expect(ended.detail).toMatch(/step confirm is rejected by Ria Responder: the canary shows errors.*Undo/)
    expect(nested.effects().after).toBe(0)
    await undoRun(replica.deps, { runId: nested.run.id, person: ANA, origin: 'console' })
    expect((await advance(replica, nested.run.id)).state).toBe('undone')
  })

  it('a rejection after the approvals wins, until the run has taken them', async () => {
    const { replica, nested } = await waiting()
    await pressStep(replica, nested, BEN)

    expect(await pressStep(replica, nested, BEN, { decision: 'reject' })).toBe('rejected')
    expect((await advance(replica, nested.run.id)).state).toBe('stopped')
    expect(nested.effects().after).toBe(0)
  })

  it('past its time by the clock of the database a press is refused, and the run stops', async () => {
    const { replica, nested } = await waiting({}, { settings: { approvalsTtlMs: 1 } })

    expect(await pressStep(replica, nested, BEN)).toMatch(/step_expired|already_decided/)
    const ended = await advance(replica, nested.run.id)

    expect(ended.state).toBe('stopped')
    expect(ended.detail).toMatch(/step confirm expired/)
    expect((await timelineTexts(replica, nested.run.incidentId)).join(' ')).not.toMatch(/reject/)
    expect((await askedOf(replica, nested.run.id)).state).toBe('expired')
    expect(nested.effects().after).toBe(0)
  })

  it('a stop while it waits cancels it', async () => {
    const { replica, nested } = await waiting()

    await stopRun(replica.deps, { runId: nested.run.id, person: ANA, origin: 'console', reason: 'enough' })
    const ended = await advance(replica, nested.run.id)

    expect(ended.state).toBe('stopped')
    expect((await askedOf(replica, nested.run.id)).state).toBe('cancelled')
    expect(await pressStep(replica, nested, BEN)).toBe('already_decided')
  })

  it('a freeze while it waits refuses approvals and stops the run', async () => {
    const { replica, nested } = await waiting()
    const { freezes } = replica.deps.stores
    const freeze = await freezes.add({ service: 'checkout', reason: 'audit', createdBy: ANA.id, forMs: 600_000 })
    try {
      expect(await pressStep(replica, nested, BEN)).toBe('frozen')
      const ended = await advance(replica, nested.run.id)

      expect(ended.state).toBe('stopped')
      expect(ended.detail).toMatch(/checkout is frozen/)
      expect((await askedOf(replica, nested.run.id)).state).toBe('cancelled')
    } finally {
      await tamper(`UPDATE freezes SET lifted_at = clock_timestamp() WHERE id = $1`, [freeze.id])
    }
  })

  it('what was given may be taken back while it waits', async () => {
    const { replica, nested } = await waiting({ tier: 3 })
    await pressStep(replica, nested, ANA)
    const { text } = await withdrawDecision(replica.deps, {
      proposalId: nested.proposal.id,
      personId: ANA.id,
      origin: 'teams',
    })

    expect(text).toMatch(/takes the approval of step confirm back/)
    expect(await pressStep(replica, nested, BEN)).toBe('counted')
    await look(replica, nested.run.id)
    expect(nested.effects().after).toBe(0)
  })
})

describe('T15: a right that is taken back', () => {
  const LOST: Person = { ...BEN, roles: ['responder'] }

  it.each(['before the run takes it', 'before the next step'] as const)('%s: nothing is sent', async (when) => {
    let people: readonly Person[] = [ANA, BEN, RIA]
    const { replica, nested } = await waiting({}, { people: () => people })
    await pressStep(replica, nested, BEN)
    if (when === 'before the run takes it') people = [ANA, LOST, RIA]
    const debugPoint = async (point: string, { stepId }: { readonly stepId: string }) => {
      if (point === 'before-intent' && stepId === 'after') people = [ANA, LOST, RIA]
    }

    await look(replica, nested.run.id, { debugPoint })

    expect(nested.effects().after).toBe(0)
    expect((await find(replica, nested.run.id)).state).toBe(when === 'before the next step' ? 'stopped' : 'waiting')
  })

  it.each(['before the run takes it', 'before the next step'] as const)(
    'and the group that a policy asks for, %s: nothing is sent',
    async (when) => {
      let people: readonly Person[] = [ANA, BEN, RIA]
      const elsewhere = [ANA, { ...BEN, groups: ['elsewhere'] }, RIA]
      const inGroup = (request: AuthorizationRequest) => {
        const isLet = request.action !== 'approve' || request.principal.groups.includes('team-payments')
        return { verdict: isLet ? 'allow' : 'forbid', reasons: [], policyVersion: 'policy-1' } as const
      }
      const { replica, nested } = await waiting({}, { people: () => people, authorize: inGroup })
      await pressStep(replica, nested, BEN)
      if (when === 'before the run takes it') people = elsewhere
      const debugPoint = async (point: string, { stepId }: { readonly stepId: string }) => {
        if (point === 'before-intent' && stepId === 'after') people = elsewhere
      }

      await look(replica, nested.run.id, { debugPoint })

      expect(nested.effects().after).toBe(0)
      expect((await find(replica, nested.run.id)).state).toBe(when === 'before the next step' ? 'stopped' : 'waiting')
    },
  )

  it('that is not taken back lets it go on (the twin)', async () => {
    const { replica, nested } = await waiting({}, { people: () => [ANA, BEN, RIA] })
    await pressStep(replica, nested, BEN)
    await look(replica, nested.run.id)

    expect(nested.effects().after).toBe(1)
  })
})

describe('T16: decisions and looks at once', () => {
  it('either the rejection stands and nothing is sent, or the run had taken the approval', async () => {
    const seen = new Set<string>()
    for (let race = 0; race < 20; race += 1) {
      const { replica, nested } = await waiting({ isFirst: true })
      const other = await world.replica({ settings: REFRESHED })
      const presses = [
        pressStep(replica, nested, BEN),
        pressStep(other, nested, ANA, { decision: 'reject' }),
        pressStep(other, nested, BEN),
        look(replica, nested.run.id),
        look(other, nested.run.id),
      ]
      await Promise.all(presses)
      const ended = await advance(replica, nested.run.id)
      const { state } = await askedOf(replica, nested.run.id)
      seen.add(`${state}, ${ended.state}, ${String(nested.effects().after)}`)
      await world.closeReplicas()
    }
    const allowed = ['rejected, stopped, 0', 'approved, stopped, 0', 'approved, stopped, 1', 'approved, succeeded, 1']
    expect([...seen].filter((outcome) => !allowed.includes(outcome))).toEqual([])
  })

  it('keeps one attempt of the step, whatever happened', async () => {
    const { replica, nested } = await waiting({ isFirst: true })
    await Promise.all([look(replica, nested.run.id), pressStep(replica, nested, BEN), look(replica, nested.run.id)])
    await advance(replica, nested.run.id)

    expect(await ledgerLines(replica, nested.run.id)).toEqual(['confirm main #1 done', 'after main #1 done'])
  })
})
