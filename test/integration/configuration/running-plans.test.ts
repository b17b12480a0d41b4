import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { activeRunOf } from '../../../src/orchestrator/proposals/proposal-ground.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { approveRun, planOf } from '../../fakes/counting-target/approved-run.ts'
import { makeProposal } from '../../../src/orchestrator/proposals/make-proposal.ts'
import { planDigestOf, planJsonOf } from '../../../src/playbooks/plan-hash.ts'
import { readVersion } from '../../../src/orchestrator/configuration/read-version.ts'
import { requirementOf } from '../../../src/policy/approval-requirement.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { ANA, BEN, EDITED, approveChange, filesOf, openConfigurationWorld } from './world.ts'
import type { ConfigurationVersion } from '../../../src/domain/configuration.ts'
import type { ConfigurationWorld, ConfiguredReplica, StartOptions } from './world.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { Stores } from '../../../src/ports/stores.ts'

const FORBIDDING = filesOf({
  'machines.cedar': (text) =>
    `${text}\n@id("nothing-runs")\n@says("nothing runs today")\nforbid (principal, action == Action::"execute", resource);\n`,
})
const WITHOUT_IT = filesOf({ 'rollback.yaml': () => null })
const STEPS = [
  { uses: 'argocd/sync', with: { to: 'r1' } },
  { uses: 'argocd/sync', with: { to: 'r2' }, before: { revision: 'r1' } },
] as const

let world: ConfigurationWorld
let target: CountingTarget
beforeEach(async () => {
  world = await openConfigurationWorld()
  target = new CountingTarget()
  await target.open()
})
afterEach(async () => {
  await world.close()
  await target.close()
})

describe('a run that has started when another version comes into force', () => {
  it('goes on by its own plan after an edit, also on a replica that has not heard of it', async () => {
    const { replica, run } = await runOn({ isDeaf: true })

    const ended = await acceptAfterFirstStep(replica, run, EDITED)

    expect(ended.state).toBe('succeeded')
    expect([countOf(run, 'step-1'), countOf(run, 'step-2')]).toEqual([1, 1])
    expect(replica.deps.configuration.digest).toBe(EDITED.digest)
    const intents = await world.query<{ digest: string }>(
      `SELECT DISTINCT convert_from(bytes, 'UTF8')::jsonb -> 'playbook' ->> 'digest' AS digest
         FROM audit_leaves WHERE event = 'step.intended'`,
    )
    expect(intents).toEqual([{ digest: digestIn(filesOf()) }])
  })

  it('stops before its next step when the policy now in force forbids it, also where nobody told the replica', async () => {
    const { replica, run } = await runOn({ isDeaf: true })

    const ended = await acceptAfterFirstStep(replica, run, FORBIDDING)

    expect(ended).toMatchObject({ state: 'stopped' })
    expect(ended.detail).toContain('nothing runs today')
    expect([countOf(run, 'step-1'), countOf(run, 'step-2')]).toEqual([1, 0])
  })

  it('goes on by a policy that is not in force any more where the intent does not compare', async () => {
    const { replica, run } = await runOn({ isDeaf: true, stores: withoutComparing })

    await acceptAfterFirstStep(replica, run, FORBIDDING)

    expect(countOf(run, 'step-2')).toBe(1)
  })

  it('stops before its next step when the playbook is taken out', async () => {
    const { replica, run } = await runOn({ isDeaf: true })

    const ended = await acceptAfterFirstStep(replica, run, WITHOUT_IT)

    expect(ended).toMatchObject({ state: 'stopped' })
    expect(ended.detail).toContain('was removed')
    expect(countOf(run, 'step-2')).toBe(0)
  })
})

describe('a run in whose middle a version comes into force that this build cannot read', () => {
  it('is stopped, and says which build to start', async () => {
    const { replica, run } = await runOn({ isDeaf: true })

    const ended = await afterFirstStep(replica, run, async () => {
      await accept(EDITED)
      await world.query(
        `UPDATE configuration_versions SET files = convert_to(replace(convert_from(files, 'UTF8'), 'kind: Playbook', 'kind: Playbill'), 'UTF8')
          WHERE digest = '${EDITED.digest}'`,
      )
    })

    expect(ended.state).toBe('stopped')
    expect(ended.detail).toMatch(/cannot be read by this build.*Start the build/)
    expect([countOf(run, 'step-1'), countOf(run, 'step-2')]).toEqual([1, 0])
  })
})

describe('a run that has not started', () => {
  it('gives way to an edit, and the facts are looked at again', async () => {
    const { replica, run } = await runOn({})
    await accept(EDITED)

    const ended = await advance(replica, run)

    expect(ended).toMatchObject({ state: 'stopped', startedAt: null })
    expect(countOf(run, 'step-1')).toBe(0)
    expect((await replica.deps.stores.proposals.find(run.proposalId))?.state).toBe('drifted')
  })
})

describe('a proposal', () => {
  it('that waits for approval is superseded by a version with another playbook, and stays with one that leaves it', async () => {
    const replica = await world.start()
    const mine = await propose(replica)
    await accept(filesOf({ 'other.yaml': (text) => text.replace('timeout: 5m', 'timeout: 6m') }))
    expect((await replica.deps.stores.proposals.find(mine))?.state).toBe('pending')

    await accept(EDITED, 'CFG-3')

    expect(await replica.deps.stores.proposals.find(mine)).toMatchObject({
      state: 'superseded',
      closedReason: 'CFG-3 brought other policies or playbooks into force.',
    })
  })

  it('whose approval was withdrawn ends with its waiting run, which stands in the way of no new plan', async () => {
    const { replica, run } = await withdrawn()
    await accept(EDITED)

    const { proposals, runs } = replica.deps.stores
    expect((await proposals.find(run.proposalId))?.state).toBe('superseded')
    expect(activeRunOf({ runs: await runs.listByIncident(run.incidentId) })).toBeUndefined()
    expect((await advance(replica, run)).state).toBe('stopped')
    expect(countOf(run, 'step-1')).toBe(0)
  })

  it('whose approval was withdrawn stands in the way of one where nothing comes into force (the twin)', async () => {
    const { replica, run } = await withdrawn()

    const runs = await replica.deps.stores.runs.listByIncident(run.incidentId)
    expect(activeRunOf({ runs })).toMatchObject({ id: run.id, state: 'queued' })
  })

  it('of an older version is not made beside a newer one by a replica that is late', async () => {
    const late = await world.start({ isDeaf: true })
    await accept(EDITED)

    await expect(propose(late)).rejects.toMatchObject({ code: 'configuration_moved' })
  })

  it('of an older version is made where nobody compares', async () => {
    const late = await world.start({ isDeaf: true, stores: withoutComparing })
    await accept(EDITED)

    const made = await late.deps.stores.proposals.find(await propose(late))
    expect(made?.plan.playbook.digest).toBe(digestIn(filesOf()))
  })
})

/** The guards taken out: whatever is in force counts as what the replica has. */
function withoutComparing(stores: Stores): Stores {
  return {
    ...stores,
    configuration: { ...stores.configuration, holdInForce: () => Promise.resolve(null) },
    ledger: {
      ...stores.ledger,
      intend: async (lease, attempt, leaf) => {
        const configuration = await stores.configuration.holdInForce()
        return stores.ledger.intend(lease, { ...attempt, configuration }, leaf)
      },
    },
  }
}

function digestIn(version: ConfigurationVersion): string {
  return playbookIn(version).digest
}

function playbookIn(version: ConfigurationVersion) {
  const found = readVersion(version).playbooks.find(({ name }) => name === 'rollback-bad-deploy')
  if (found === undefined) throw new Error('The playbook is not in this version.')
  return found
}

async function runOn(options: StartOptions): Promise<{ readonly replica: ConfiguredReplica; readonly run: Run }> {
  const replica = await world.start({ ...options, targetUrl: target.url })
  await world.start()
  const { run } = await approveRun(replica.deps.unitOfWork, STEPS, { plan: { playbook: playbookIn(filesOf()) } })
  return { replica, run }
}

/** An approved plan whose approval was taken back before its run began. */
async function withdrawn() {
  const { replica, run } = await runOn({})
  await withdrawDecision(replica.deps, { proposalId: run.proposalId, personId: ANA.id, origin: 'console' })
  expect((await replica.deps.stores.proposals.find(run.proposalId))?.state).toBe('pending')
  return { replica, run }
}

async function accept(version: ConfigurationVersion, changeId = 'CFG-2'): Promise<void> {
  const fresh = await world.start({ found: version })
  await approveChange(fresh, ANA, version, { changeId })
  expect((await approveChange(fresh, BEN, version, { changeId })).outcome).toBe('accepted')
}

function acceptAfterFirstStep(replica: ConfiguredReplica, run: Run, version: ConfigurationVersion): Promise<Run> {
  return afterFirstStep(replica, run, () => accept(version))
}

async function afterFirstStep(replica: ConfiguredReplica, run: Run, change: () => Promise<void>): Promise<Run> {
  let isDone = false
  return advance(replica, run, async (point, { stepId }) => {
    if (point !== 'after-record' || stepId !== 'step-1' || isDone) return
    isDone = true
    await change()
  })
}

async function advance(
  { deps }: ConfiguredReplica,
  run: Run,
  debugPoint: NonNullable<Parameters<typeof advanceRun>[3]>['debugPoint'] = () => Promise.resolve(),
): Promise<Run> {
  await advanceRun(deps, { runId: run.id }, new AbortController().signal, { debugPoint })
  const ended = await deps.stores.runs.find(run.id)
  if (ended === undefined) throw new Error('The run is gone.')
  return ended
}

function countOf(run: Run, stepId: string): number {
  return target.countOf(`${run.id}:${stepId}:main`)
}

async function propose({ deps }: ConfiguredReplica): Promise<string> {
  const incident = await deps.stores.incidents.open({
    ...{ title: 'Many errors', service: 'checkout', environment: 'production', severity: 'SEV2' },
    ...{ origin: 'alerts', onsetAt: new Date() },
  })
  const plan = planOf(STEPS, { playbook: playbookIn(filesOf()) })
  const planJson = planJsonOf(plan)
  const required = requirementOf({ tier: plan.tier, owner: 'team-payments', runsByItself: false })
  const made = await deps.unitOfWork.run((stores) =>
    makeProposal(deps, stores, {
      ...{ incident, requester: COUNTERSIGN, origin: 'clock', reasons: [], supersedes: null, alertFingerprints: [] },
      policyVersion: readVersion(filesOf()).policy.version,
      draft: {
        plan,
        planJson,
        planDigest: planDigestOf(planJson),
        tierReasons: [],
        required,
        runsByItself: false,
        isNovel: false,
      },
    }),
  )
  return made.proposal.id
}
