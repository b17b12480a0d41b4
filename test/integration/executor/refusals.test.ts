import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { PATIENCE } from '../../../src/orchestrator/lookout/find-standstills.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { RunReading } from '../../../src/ports/run-reading-store.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import { bindingOf, planDigestOf, planHashOf } from '../../../src/playbooks/plan-hash.ts'
import { ANA, BEN, PLAYBOOK, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { ApprovedRun, StepSpec } from '../../fakes/counting-target/approved-run.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import type { Replica, ReplicaOptions } from '../../fakes/counting-target/replica.ts'
import { advance, find, openWorld, timelineTexts } from './world.ts'
import type { World } from './world.ts'

let world: World
let owner: Client
beforeAll(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
})
afterEach(() => world.closeReplicas())
afterAll(async () => {
  await owner.end()
  await world.close()
})

interface Refusal {
  readonly title: string
  /** What happens between the approval and the first effect. */
  readonly happens: (approved: ApprovedRun, replica: Replica) => Promise<unknown>
  /** A replica that does not see it: the guard taken out. */
  readonly blind: (approved: ApprovedRun) => Partial<ReplicaOptions>
  readonly says: RegExp
  readonly proposal: Proposal['state']
  /** What the guarded replica has besides, for what changes outside of the database. */
  readonly sees?: Partial<ReplicaOptions>
}

const MOVE: readonly StepSpec[] = [{ id: 'move', uses: 'argocd/sync', with: { to: 'r1' } }]

const REFUSALS: readonly Refusal[] = [
  {
    title: 'is frozen',
    happens: (_approved, { deps }) =>
      deps.stores.freezes.add({ service: SERVICE, reason: 'audit day', createdBy: BEN.id, forMs: 60_000 }),
    blind: () => ({ stores: readAs((reading) => ({ ...reading, freezes: [] })) }),
    says: /checkout is frozen \(audit day\)/,
    proposal: 'cancelled',
  },
  {
    title: 'acts for an incident whose own service is frozen',
    happens: async ({ run }, { deps }) => {
      await owner.query(`UPDATE incidents SET service = 'web' WHERE id = $1`, [run.incidentId])
      await deps.stores.freezes.add({ service: 'web', reason: 'audit day', createdBy: BEN.id, forMs: 60_000 })
    },
    blind: () => ({ stores: readAs((reading) => ({ ...reading, freezes: [] })) }),
    says: /web is frozen \(audit day\)/,
    proposal: 'cancelled',
  },
  {
    title: 'is stopped by a person',
    happens: ({ run }, { deps }) => deps.stores.runs.requestStop(run.id, BEN.id, 'not now'),
    blind: () => ({
      stores: readAs((reading) => ({ ...reading, run: { ...reading.run, stopRequestedBy: null, stopReason: null } })),
    }),
    says: /Ben Okafor stopped it \(not now\)/,
    proposal: 'cancelled',
  },
  {
    title: 'was approved by somebody who is no approver any more',
    happens: () => Promise.resolve(),
    sees: { people: () => [{ ...ANA, roles: ['responder'] }, BEN] },
    blind: () => ({}),
    says: /the approvals no longer form the quorum \(Ana Ruiz is not an approver/,
    proposal: 'cancelled',
  },
  {
    title: 'was approved by somebody who has left the directory',
    happens: () => Promise.resolve(),
    sees: { people: () => [BEN] },
    blind: () => ({}),
    says: /ana@bank\.example is not in the directory/,
    proposal: 'cancelled',
  },
  {
    title: 'is forbidden by the policy now',
    happens: () => Promise.resolve(),
    sees: {
      authorize: () => ({
        verdict: 'forbid',
        reasons: [{ rule: 'night', text: 'Nothing runs at night.' }],
        policyVersion: 'policy-2',
      }),
    },
    blind: () => ({}),
    says: /the policy forbids it now \(Nothing runs at night\)/,
    proposal: 'cancelled',
  },
  {
    title: 'belongs to a playbook that was changed',
    happens: () => Promise.resolve(),
    sees: { playbooks: [{ ...PLAYBOOK, digest: 'b'.repeat(64) }] },
    blind: () => ({}),
    says: /the playbook move-on was changed after the approval/,
    proposal: 'drifted',
  },
  {
    title: 'comes to a service in the mode observe',
    happens: () => Promise.resolve(),
    sees: { settings: { mode: 'observe' } },
    blind: () => ({}),
    says: /the mode is observe now/,
    proposal: 'cancelled',
  },
  {
    title: 'finds its target changed',
    happens: async (approved) => {
      await Promise.resolve()
      world.target.revisions.set(resourceOf(approved), 'somebody-else')
    },
    blind: () => ({ actions: withActions({ readState: () => Promise.resolve({ revision: 'r0' }) }) }),
    says: /is no longer as approved: revision is "somebody-else" and was "r0"/,
    proposal: 'drifted',
  },
  {
    title: 'finds the symptom gone',
    happens: ({ run }) => owner.query(`UPDATE alerts SET status = 'resolved' WHERE incident_id = $1`, [run.incidentId]),
    blind: () => ({ stores: readAs((reading) => ({ ...reading, alerts: { total: 1, firing: 1 } })) }),
    says: /the symptom is gone/,
    proposal: 'cancelled',
  },
  {
    title: 'has another plan in the database than the one that was signed',
    happens: ({ proposal }) => owner.query(TAMPER, [proposal.id]),
    blind: () => ({ stores: readAs(signAnything) }),
    says: /the stored plan of PRO-\d+ is not the one that was approved/,
    proposal: 'cancelled',
  },
]

describe.each(REFUSALS)('a run that $title', (refusal) => {
  it('sends nothing and says why', async () => {
    const { replica, approved } = await prepare(refusal, refusal.sees ?? {})

    const ended = await advance(replica, approved.run.id)

    expect(ended.state).toBe('stopped')
    expect(world.target.countOf(keyOf(approved))).toBe(0)
    expect((await timelineTexts(replica, approved.run.incidentId)).at(-1)).toMatch(refusal.says)
    expect((await replica.deps.stores.proposals.find(approved.proposal.id))?.state).toBe(refusal.proposal)
  })

  it('would be carried out without that guard', async () => {
    const first = await world.replica()
    const approved = await approve(first)
    await refusal.happens(approved, first)
    const replica = await world.replica(refusal.blind(approved))

    const ended = await advance(replica, approved.run.id)

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(keyOf(approved))).toBe(1)
    await owner.query('UPDATE freezes SET lifted_at = clock_timestamp()')
  })

  async function prepare({ happens }: Refusal, options: Partial<ReplicaOptions>) {
    const replica = await world.replica(options)
    const approved = await approve(replica)
    await happens(approved, replica)
    return { replica, approved }
  }
})

describe('an approval', () => {
  it('expires until the first step starts, by the clock of the database', async () => {
    const replica = await world.replica()
    const approved = await approveRun(replica.deps.unitOfWork, inOwnPlace(), { ttlMs: 1 })

    const ended = await advance(replica, approved.run.id)

    expect(ended.state).toBe('stopped')
    expect(ended.detail).toContain('expired before its first step started')
    expect((await replica.deps.stores.proposals.find(approved.proposal.id))?.state).toBe('expired')
  })

  it('expires even for a replica that is told otherwise: the intent itself asks the database', async () => {
    const replica = await world.replica({ stores: readAs((reading) => ({ ...reading, isExpired: false })) })
    const { run, proposal } = await approveRun(replica.deps.unitOfWork, inOwnPlace(), { ttlMs: 1 })
    const lease = await replica.deps.stores.runs.claim(run.id, 'me', 5_000)
    await replica.deps.stores.leasedRuns.move(lease!, ['queued'], 'running', null)

    const intent = replica.deps.stores.ledger.intend(lease!, ATTEMPT, null)

    await expect(intent).rejects.toMatchObject({ code: 'proposal_expired' })
    expect(proposal.state).toBe('pending')
  })

  it('does not expire between its steps', async () => {
    const replica = await world.replica()
    for (const ttlMs of [1_000, 4_000, 16_000, 64_000]) {
      const ended = await advanceBeyondExpiry(replica, ttlMs)

      // A busy machine did not come to its first step in that time: once more, with more of it.
      if (ended.detail?.includes('expired before its first step started') === true) continue
      expect(ended.state).toBe('succeeded')
      return
    }
    throw new Error('The first step never began in time.')
  })

  /** Two steps; what is left of its time is waited for between them. */
  async function advanceBeyondExpiry(replica: Replica, ttlMs: number) {
    const [step] = inOwnPlace()
    const steps: StepSpec[] = [step!, { ...step!, id: 'again', with: { to: 'r2' } }]
    const approved = await approveRun(replica.deps.unitOfWork, steps, { ttlMs })
    const expireAfterFirst = async (point: string) => {
      if (point !== 'after-record') return
      await owner.query(
        'SELECT pg_sleep(greatest(0, extract(epoch FROM expires_at - clock_timestamp()) + 0.01)) FROM proposals WHERE id = $1',
        [approved.proposal.id],
      )
    }
    return advance(replica, approved.run.id, { debugPoint: expireAfterFirst })
  }

  it('that is withdrawn holds the run, and a new one lets it go on', async () => {
    const replica = await world.replica()
    const { run, proposal } = await approve(replica)
    await replica.deps.stores.proposals.move(proposal.id, ['approved'], 'pending', null)

    expect((await advance(replica, run.id)).state).toBe('queued')
    expect(await replica.deps.stores.runSweep.listAbandoned(100)).not.toContain(run.id)
    await replica.deps.stores.proposals.move(proposal.id, ['pending'], 'approved', null)
    expect((await advance(replica, run.id)).state).toBe('succeeded')
  })

  it('that is withdrawn after it was taken up waits like any other, and goes on when it is given again', async () => {
    const replica = await world.replica()
    const { run, proposal } = await approve(replica)
    const { proposals, runSweep, standstills } = replica.deps.stores
    const withdraw = async (point: string) => {
      if (point === 'before-intent') await proposals.move(proposal.id, ['approved'], 'pending', null)
    }

    const waiting = await advance(replica, run.id, { debugPoint: withdraw })

    expect([waiting.startedAt, waiting.leaseOwner]).toEqual([null, null])
    expect(await runSweep.listAbandoned(100)).not.toContain(run.id)
    const impatient = { ...PATIENCE, untakenMs: -60_000 }
    expect((await standstills.listRuns(impatient)).map(({ id }) => id)).not.toContain(run.id)
    await proposals.move(proposal.id, ['pending'], 'approved', null)
    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(1)
  })

  it.each<[string, Partial<ReplicaOptions>, Run['state']]>([
    ['holds no target meanwhile: what another incident has approved goes on', {}, 'succeeded'],
    [
      'would have another incident wait for its target where it kept it (the twin)',
      { stores: keepingTargets },
      'queued',
    ],
  ])('that is withdrawn %s', async (_what, options, state) => {
    const replica = await world.replica(options)
    const steps = inOwnPlace()
    const [first, second] = [
      await approveRun(replica.deps.unitOfWork, steps),
      await approveRun(replica.deps.unitOfWork, steps),
    ]
    await replica.deps.stores.proposals.move(first.proposal.id, ['approved'], 'pending', null)
    await advanceRun(replica.deps, { runId: first.run.id }, new AbortController().signal, {})

    await advanceRun(replica.deps, { runId: second.run.id }, new AbortController().signal, {})

    expect((await find(replica, second.run.id)).state).toBe(state)
    expect((await find(replica, first.run.id)).startedAt).toBeNull()
  })

  it('loses against a rejection that comes between the last look and the intent', async () => {
    const replica = await world.replica()
    const { run, proposal } = await approve(replica)
    const reject = async (point: string) => {
      if (point !== 'before-intent') return
      await replica.deps.stores.proposals.move(proposal.id, ['approved'], 'rejected', 'no')
    }

    const ended = await advance(replica, run.id, { debugPoint: reject })

    expect(ended.state).toBe('stopped')
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(0)
    expect((await find(replica, run.id)).startedAt).toBeNull()
  })

  it('given twice knowing that the symptom is gone stands', async () => {
    const replica = await world.replica()
    const { run, proposal } = await approve(replica)
    await owner.query(`UPDATE alerts SET status = 'resolved' WHERE incident_id = $1`, [run.incidentId])
    await replica.deps.stores.decisions.confirm(proposal.id, ANA.id, 0)
    await owner.query('UPDATE proposals SET symptom_gone = true WHERE id = $1', [proposal.id])

    expect((await advance(replica, run.id)).state).toBe('succeeded')
  })
})

const ATTEMPT = {
  stepId: 'move',
  stepIndex: 0,
  direction: 'forward',
  effect: 'main',
  number: 1,
  uses: 'argocd/sync',
  crashClass: 'queryable',
  idempotencyKey: 'key',
  requestHash: 'hash',
  configuration: null,
  before: null,
  timeoutMs: 60_000,
} as const

const TAMPER = `UPDATE proposals SET plan_json = replace(plan_json, '"to":"r1"', '"to":"rX"') WHERE id = $1`

let place = 0
function inOwnPlace(): readonly StepSpec[] {
  place += 1
  return MOVE.map((step) => ({ ...step, resource: `place-${String(place)}` }))
}

function approve(replica: Replica): Promise<ApprovedRun> {
  return approveRun(replica.deps.unitOfWork, inOwnPlace())
}

function resourceOf({ proposal }: ApprovedRun): string {
  return proposal.plan.steps[0]!.target.resource
}

function keyOf({ run }: ApprovedRun): string {
  return `${run.id}:move:main`
}

/** The guard taken out: the run is given back and nothing else is. */
function keepingTargets(stores: Stores): Stores {
  const { leasedRuns } = stores
  return { ...stores, leasedRuns: { ...leasedRuns, setAside: (lease) => leasedRuns.release(lease) } }
}

/** A replica that reads something else than what is there. */
function readAs(change: (reading: RunReading) => RunReading): (stores: Stores) => Stores {
  return (stores) => ({
    ...stores,
    runReadings: {
      read: async (runId, known) => {
        const reading = await stores.runReadings.read(runId, known)
        return reading && change(reading)
      },
    },
  })
}

function withActions(change: Partial<ActionRunner>): ActionRunner {
  return { ...createCountingActions(world.target.url), ...change }
}

/** Takes whatever plan is stored for the one that people signed. */
function signAnything({ proposal, decisions, ...rest }: RunReading): RunReading {
  const planHash = planHashOf(proposal.planJson, bindingOf(proposal))
  const signed = { ...proposal, planHash, planDigest: planDigestOf(proposal.planJson) }
  return { ...rest, proposal: signed, decisions: decisions.map((decision) => ({ ...decision, planHash })) }
}
