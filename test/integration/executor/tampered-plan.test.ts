import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Client } from 'pg'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import { bindingOf, planDigestOf, planHashOf } from '../../../src/playbooks/plan-hash.ts'
import { jsonChanges } from '../../support/json-changes.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, openWorld, QUICK, timelineTexts } from './world.ts'
import type { ApprovedRun, StepSpec } from '../../fakes/counting-target/approved-run.ts'
import type { Json, JsonObject } from '../../../src/kernel/json.ts'
import type { JsonChange } from '../../support/json-changes.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { RunReading } from '../../../src/ports/run-reading-store.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import type { World } from './world.ts'

/** T18 through the executor: any field of a plan that is changed after the approval, however well it is covered up. */
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

const SEED = 18
const RANDOM_RUNS = 60
const PATIENCE_MS = 240_000

function stepsOn(resource: string): readonly StepSpec[] {
  return [
    { id: 'move', uses: 'argocd/sync', resource, with: { to: 'r1', text: 'on' }, undoTo: 'r0' },
    { id: 'healthy', uses: 'prometheus/assert', resource },
  ]
}

let places = 0
async function approve({ deps }: Replica): Promise<ApprovedRun & { readonly plan: Json }> {
  places += 1
  const approved = await approveRun(deps.unitOfWork, stepsOn(`tampered-${String(places)}`), {
    plan: { inputs: { app: 'checkout-app', list: [1, true, null] } },
  })
  return { ...approved, plan: JSON.parse(approved.proposal.planJson) as Json }
}

/** How far whoever tampers goes: what the row says of the bytes is made to fit, as far as the words say. */
const COVERED = ['the bytes alone', 'the bytes and their digest', 'the bytes, their digest and their hash'] as const
type Covered = (typeof COVERED)[number]

async function tamper({ proposal }: ApprovedRun, plan: Json, covered: Covered): Promise<void> {
  const bytes = canonicalJson(plan)
  const digest = covered === 'the bytes alone' ? proposal.planDigest : planDigestOf(bytes)
  const isHashed = covered === 'the bytes, their digest and their hash'
  const hash = isHashed ? planHashOf(bytes, bindingOf(proposal)) : proposal.planHash
  const { tier } = plan as JsonObject
  await owner.query('UPDATE proposals SET plan_json = $2, plan_digest = $3, plan_hash = $4, tier = $5 WHERE id = $1', [
    ...[proposal.id, bytes, digest, hash],
    isHashed && typeof tier === 'number' ? tier : proposal.tier,
  ])
}

interface Tampered {
  readonly state: string
  readonly effects: number
  readonly says: string
}

/** What comes of a run whose plan is changed so right after its approval. */
async function run(
  replica: Replica,
  change: (plan: Json) => Json,
  covered: Covered,
  advanceBy: typeof advance = advance,
): Promise<Tampered & { readonly isSame: boolean }> {
  const approved = await approve(replica)
  const changed = change(approved.plan)
  await tamper(approved, changed, covered)
  const before = world.target.requestCount()
  const ended = await advanceBy(replica, approved.run.id)
  const says = (await timelineTexts(replica, approved.run.incidentId)).at(-1) ?? ''
  const isSame = canonicalJson(changed) === approved.proposal.planJson
  return { state: ended.state, effects: world.target.requestCount() - before, says, isSame }
}

/** Some changes make a plan that nobody can carry out to its end; its effect comes first. */
async function advanceOnce({ deps }: Replica, runId: string): Promise<Run> {
  await advanceRun(deps, { runId }, new AbortController().signal, { pace: QUICK })
  return (await deps.stores.runs.find(runId))!
}

/** The change of the same place in the plan of another run. */
function at(path: string): (plan: Json) => Json {
  return (plan) => {
    const found = [...jsonChanges(plan)].find((change) => change.path === path)
    if (found === undefined) throw new Error(`There is no ${path}.`)
    return found.value
  }
}

async function listChanges(replica: Replica): Promise<readonly JsonChange[]> {
  return [...jsonChanges((await approve(replica)).plan)]
}

const REFUSED = /the stored plan of PRO-\d+ is not the one that was approved/
/** Bytes that fit their own hash are refused since nobody approved that hash. */
const NOT_APPROVED = /the approvals no longer form the quorum|playbook .* was (changed|removed)|tier 4/

describe('a run whose plan was changed after the approval', () => {
  it.each(COVERED)(
    'in any field, or by one more or less, sends nothing and says why, where %s were made to fit',
    async (covered) => {
      const replica = await world.replica()
      const isHashed = covered === 'the bytes, their digest and their hash'
      // Bytes without what every plan has are no plan that somebody could have hashed.
      const changes = (await listChanges(replica)).filter(({ isLeaf }) => isLeaf || !isHashed)
      expect(changes.length).toBeGreaterThan(isHashed ? 35 : 100)

      for (const { path } of changes) {
        const { state, effects, says } = await run(replica, at(path), covered)

        expect({ path, state, effects }).toEqual({ path, state: 'stopped', effects: 0 })
        expect({ path, says }).toEqual({ path, says: expect.stringMatching(isHashed ? NOT_APPROVED : REFUSED) })
      }
    },
    PATIENCE_MS,
  )

  it(
    `to anything at all in any field sends nothing (seed ${String(SEED)})`,
    async () => {
      const replica = await world.replica()
      const leaves = (await listChanges(replica)).filter(({ isLeaf }) => isLeaf)
      const anything = fc.tuple(
        fc.constantFrom(...leaves.map(({ path }) => path)),
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(...COVERED.slice(0, 2)),
      )

      await fc.assert(
        fc.asyncProperty(anything, async ([path, value, covered]) => {
          const { state, effects, isSame } = await run(replica, (plan) => withValue(plan, path, value as Json), covered)

          if (!isSame) expect({ path, state, effects }).toEqual({ path, state: 'stopped', effects: 0 })
        }),
        { seed: SEED, numRuns: RANDOM_RUNS },
      )
    },
    PATIENCE_MS,
  )

  it.each([
    ['requester', `'ana@bank.example'`],
    ['nonce', `nonce || 'x'`],
    ['policy_version', `policy_version || 'x'`],
    ['expires_at', `expires_at + interval '1 hour'`],
    ['tier', '1'],
    ['plan_hash', `repeat('a', 64)`],
    ['plan_digest', `repeat('a', 64)`],
  ])('in what it is bound to (%s) sends nothing', async (column, value) => {
    const replica = await world.replica()
    const approved = await approve(replica)
    await owner.query(`UPDATE proposals SET ${column} = ${value} WHERE id = $1`, [approved.proposal.id])
    const before = world.target.requestCount()

    const ended = await advance(replica, approved.run.id)

    expect([ended.state, world.target.requestCount() - before]).toEqual(['stopped', 0])
  })

  it('is set aside like any other where the replicas that worked on it died, whatever its plan lacks', async () => {
    const replica = await world.replica()
    const approved = await approve(replica)
    const { playbook: _left, ...rest } = approved.plan as JsonObject
    await tamper(approved, rest, 'the bytes alone')

    const ended = await advance(replica, approved.run.id, { crashesBeforeParking: 0 })

    expect([ended.state, ended.leaseOwner]).toEqual(['unknown', null])
    expect(await timelineTexts(replica, approved.run.incidentId)).toContainEqual(
      expect.stringContaining('is set aside'),
    )
  })

  it('is refused in its middle as well: what was sent is followed, and nothing is sent after it', async () => {
    const replica = await world.replica()
    places += 1
    const [move] = stepsOn(`tampered-${String(places)}`)
    const steps = [move!, { ...move!, id: 'again', with: { to: 'r2' } }]
    const approved = await approveRun(replica.deps.unitOfWork, steps)
    const plan = JSON.parse(approved.proposal.planJson) as Json
    const debugPoint = async (point: string) => {
      if (point === 'before-record') await tamper(approved, at('steps.1.with.to')(plan), 'the bytes and their digest')
    }

    const ended = await advance(replica, approved.run.id, { debugPoint })

    expect(ended.state).toBe('stopped')
    expect(['move', 'again'].map((step) => world.target.countOf(`${approved.run.id}:${step}:main`))).toEqual([1, 0])
  })
})

describe('the same where whatever is stored is taken for what was signed (the twin)', () => {
  it(
    'carries out what nobody approved',
    async () => {
      const replica = await world.replica({ stores: signingAnything })
      const leaves = (await listChanges(replica)).filter(({ isLeaf }) => isLeaf)
      const carriedOut: string[] = []

      for (const { path } of leaves) {
        const { effects } = await run(replica, at(path), 'the bytes alone', advanceOnce)
        if (effects > 0) carriedOut.push(path)
      }

      expect(carriedOut).toEqual(
        expect.arrayContaining(['steps.0.with.to', 'steps.0.undo.with.to', 'inputs.app', 'steps.0.timeoutMs']),
      )
      expect(carriedOut.length).toBeGreaterThan(leaves.length / 2)
    },
    PATIENCE_MS,
  )
})

function withValue(plan: Json, path: string, value: Json): Json {
  const [name, ...rest] = path.split('.')
  if (name === undefined || name === '') return value
  if (Array.isArray(plan)) {
    const items = plan as readonly Json[]
    return items.with(Number(name), withValue(items[Number(name)]!, rest.join('.'), value))
  }
  const members = plan as JsonObject
  return { ...members, [name]: withValue(members[name]!, rest.join('.'), value) }
}

/** The guard taken out. */
function signingAnything(stores: Stores): Stores {
  return {
    ...stores,
    runReadings: {
      read: async (runId, known) => {
        const reading = await stores.runReadings.read(runId, known)
        return reading && signAnything(reading)
      },
    },
  }
}

function signAnything({ proposal, decisions, ...rest }: RunReading): RunReading {
  const planHash = planHashOf(proposal.planJson, bindingOf(proposal))
  const signed = { ...proposal, planHash, planDigest: planDigestOf(proposal.planJson) }
  return { ...rest, proposal: signed, decisions: decisions.map((decision) => ({ ...decision, planHash })) }
}
