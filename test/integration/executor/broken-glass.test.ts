import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { ANA, BEN, PLAYBOOK, RIA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, find, openWorld, timelineTexts } from './world.ts'
import { forkReplica } from './fork-replica.ts'
import type { ApprovedRun } from '../../fakes/counting-target/approved-run.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from './world.ts'

/** T24: a run without its quorum, by one person who broke the glass; what holds for any run holds for it. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

async function query(text: string, values: readonly unknown[] = []): Promise<void> {
  const client = new Client({ connectionString: world.database.ownerUrl })
  await client.connect()
  try {
    await client.query(text, [...values])
  } finally {
    await client.end()
  }
}

let places = 0

/** Two steps that nobody approved, with the glass broken for them by Ana, or not. */
async function queued(replica: Replica, isBroken = true): Promise<ApprovedRun> {
  places += 1
  const resource = `glass-${String(places)}`
  const made = await approveRun(
    replica.deps.unitOfWork,
    [
      { id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' } },
      { id: 'second', uses: 'argocd/sync', resource, with: { to: 'r2' } },
    ],
    { approvers: [] },
  )
  if (!isBroken) return made
  await query(`UPDATE proposals SET state = 'pending' WHERE id = $1`, [made.proposal.id])
  await replica.deps.stores.glass.breakGlass({
    ...{ proposalId: made.proposal.id, incidentId: made.run.incidentId, personId: ANA.id, personName: ANA.name },
    ...{ rolesAtTime: ANA.roles, reason: 'nobody answers', planHash: made.proposal.planHash, surface: 'slack' },
    ...{ skipped: [BEN.id], forMs: 3_600_000, reviewMs: 172_800_000 },
  })
  return made
}

const effectsOf = ({ run }: ApprovedRun) =>
  ['first', 'second'].map((step) => world.target.countOf(`${run.id}:${step}:main`))

describe('a run by a broken glass', () => {
  it('is carried out without any approval', async () => {
    const replica = await world.replica()
    const made = await queued(replica)

    expect((await advance(replica, made.run.id)).state).toBe('succeeded')
    expect(effectsOf(made)).toEqual([1, 1])
  })

  it('is not without it: the same plan with nobody’s approval has no effect', async () => {
    const replica = await world.replica()
    const made = await queued(replica, false)

    expect((await advance(replica, made.run.id)).state).toBe('stopped')
    expect(effectsOf(made)).toEqual([0, 0])
  })

  it('starts no step once its time is over, by the database’s clock; what was sent is followed to its end', async () => {
    const replica = await world.replica()
    const made = await queued(replica)

    await advance(replica, made.run.id, { debugPoint: at('after-record', 'first', () => endGlass(made)) })

    expect(effectsOf(made)).toEqual([1, 0])
    expect((await find(replica, made.run.id)).state).toBe('stopped')
    expect((await timelineTexts(replica, made.run.incidentId)).at(-1)).toMatch(/the glass was broken until .* UTC only/)
  })

  it('whose time ends between the look and the intent sends nothing either', async () => {
    const replica = await world.replica()
    const made = await queued(replica)

    await advance(replica, made.run.id, { debugPoint: at('before-intent', 'first', () => endGlass(made)) })

    expect(effectsOf(made)).toEqual([0, 0])
  })

  it.each<readonly [string, readonly Person[]]>([
    ['left the directory', [BEN, RIA]],
    ['lost the role', [{ ...ANA, roles: ['responder'] }, BEN]],
  ])('stops when the one who broke it has %s; with the role kept it goes on', async (_how, lost) => {
    let people: readonly Person[] = [ANA, BEN, RIA]
    const authorize = ({ principal, action }: { principal: { roles: readonly string[] }; action: string }) => {
      const isAllowed = action !== 'breakglass' || principal.roles.includes('approver')
      return { verdict: isAllowed ? 'allow' : 'forbid', reasons: [], policyVersion: 'policy-1' } as const
    }
    const replica = await world.replica({ people: () => people, authorize })
    const [revoked, kept] = [await queued(replica), await queued(replica)]

    await advance(replica, kept.run.id)
    await advance(replica, revoked.run.id, {
      debugPoint: at('after-record', 'first', async () => {
        people = lost
      }),
    })

    expect(effectsOf(kept)).toEqual([1, 1])
    expect(effectsOf(revoked)).toEqual([1, 0])
  })

  it('stops when its playbook is taken off the list', async () => {
    const replica = await world.replica({ settings: { breakGlass: { playbooks: [], forMs: 1, reviewMs: 1 } } })
    const made = await queued(replica)

    await advance(replica, made.run.id)

    expect(effectsOf(made)).toEqual([0, 0])
    expect((await timelineTexts(replica, made.run.incidentId)).at(-1)).toContain(`${PLAYBOOK.name} is not on the list`)
  })

  it('is stopped by the kill switch like any run', async () => {
    const replica = await world.replica()
    const made = await queued(replica)
    const { stores } = replica.deps
    await stores.freezes.add({ service: null, reason: 'stop it all', createdBy: 'test', forMs: 3_600_000 })

    await advance(replica, made.run.id)
    await stores.freezes.lift(null, 'test')

    expect(effectsOf(made)).toEqual([0, 0])
  })

  it.each(['before-intent', 'after-intent', 'before-record', 'after-record'])(
    'is carried out once when its replica is killed at %s',
    async (point) => {
      const replica = await world.replica({ settings: { inflightWindowMs: 50 } })
      const made = await queued(replica)
      const child = forkReplica({
        ...{ databaseUrl: world.database.url, targetUrl: world.target.url, runId: made.run.id, leaseMs: 60_000 },
        ...{ at: point, signal: 'SIGKILL', isUnguarded: false },
      })
      await child.exited
      await world.endLease(made.run.id)

      expect((await advance(replica, made.run.id)).state).toBe('succeeded')
      expect(effectsOf(made)).toEqual([1, 1])
    },
  )
})

function at(wanted: DebugPoint, step: string, work: () => Promise<void>) {
  let isDone = false
  return async (point: DebugPoint, { stepId }: { readonly stepId: string }): Promise<void> => {
    if (isDone || point !== wanted || stepId !== step) return
    isDone = true
    await work()
  }
}

/** What waiting would do. */
async function endGlass({ proposal }: ApprovedRun): Promise<void> {
  const past = `clock_timestamp() - interval '1 second'`
  await query(`UPDATE proposals SET glass_until = ${past} WHERE id = $1`, [proposal.id])
  await query(`UPDATE glass_breaks SET until = ${past} WHERE proposal_id = $1`, [proposal.id])
}
