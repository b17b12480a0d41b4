import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import type { SettleStepInput } from '../../../src/orchestrator/settle-step.ts'
import { stopRun } from '../../../src/orchestrator/stop-run.ts'
import { loadRunSubject } from '../../../src/orchestrator/run-subject.ts'
import { undoRun } from '../../../src/orchestrator/undo-run.ts'
import type { AuthorizationRequest, AuthorizationVerdict } from '../../../src/domain/authorization.ts'
import { ANA, BEN, PLAYBOOK, RIA, SERVICE, approveRun, planOf } from '../../fakes/counting-target/approved-run.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { StepSpec } from '../../fakes/counting-target/approved-run.ts'
import type { Replica, ReplicaOptions } from '../../fakes/counting-target/replica.ts'
import { advance, auditEvents, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const BY_ANA = { person: ANA, origin: 'console' } as const

describe('stop', () => {
  it('lets the step that was sent finish and sends nothing after it', async () => {
    const replica = await world.replica()
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'first', uses: 'argocd/sync', resource: 'stop-1', with: { to: 'r1' } },
      { id: 'second', uses: 'argocd/sync', resource: 'stop-1', with: { to: 'r2' } },
    ])
    const stopWhenSent = async (point: string, { stepId }: { readonly stepId: string }) => {
      if (point === 'before-send' && stepId === 'first') await stop(replica, run.id)
    }

    const ended = await advance(replica, run.id, { debugPoint: stopWhenSent })

    expect(ended.state).toBe('stopped')
    expect(await ledgerLines(replica, run.id)).toEqual(['first main #1 done'])
    expect(ended.detail).toContain('Ana Ruiz stopped it (enough)')
  })

  it('ends a check that is not decided, within the time in which the executor looks again', async () => {
    const replica = await world.replica()
    world.target.checks.set('stop-2', 'undecided')
    const { run } = await approveRun(replica.deps.unitOfWork, [{ uses: 'prometheus/assert', resource: 'stop-2' }])
    const advancing = advance(replica, run.id)
    await waitUntil('it waits', async () => (await find(replica, run.id)).state === 'waiting')

    await stop(replica, run.id)

    expect((await advancing).state).toBe('stopped')
  })

  it('ends a run that nobody holds as soon as it is advanced', async () => {
    const replica = await world.replica()
    const run = await approveMove(replica, 'stop-3')
    const lease = await replica.deps.stores.runs.claim(run.id, 'holder', 5_000)
    await replica.deps.stores.leasedRuns.release(lease!, 600_000)

    await stop(replica, run.id)
    await advanceRun(replica.deps, { runId: run.id }, new AbortController().signal)

    expect((await find(replica, run.id)).state).toBe('stopped')
  })

  it('is refused for a run that is over, and to who may not', async () => {
    const replica = await world.replica()
    const run = await approveMove(replica, 'stop-4')
    await advance(replica, run.id)
    await expect(stop(replica, run.id)).rejects.toMatchObject({ code: 'run_ended' })

    const strict = await world.replica({ authorize: forbid('stop') })
    await expect(stop(strict, run.id)).rejects.toMatchObject({ code: 'not_allowed' })
  })

  it('by a freeze stops between steps as well', async () => {
    const replica = await world.replica()
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'first', uses: 'argocd/sync', resource: 'stop-5', with: { to: 'r1' } },
      { id: 'second', uses: 'argocd/sync', resource: 'stop-5', with: { to: 'r2' } },
    ])
    const freezeAfterFirst = async (point: string) => {
      if (point !== 'after-record') return
      await replica.deps.stores.freezes.add({ service: null, reason: 'all quiet', createdBy: BEN.id, forMs: 60_000 })
    }

    const ended = await advance(replica, run.id, { debugPoint: freezeAfterFirst })
    await replica.deps.stores.freezes.lift(null, BEN.id)

    expect(ended.state).toBe('stopped')
    expect(ended.detail).toContain('everything is frozen (all quiet)')
    expect(await ledgerLines(replica, run.id)).toEqual(['first main #1 done'])
  })
})

describe('drift after the first step', () => {
  it('stops the run and leaves the proposal as it was approved', async () => {
    const replica = await world.replica()
    const { run, proposal } = await approveRun(replica.deps.unitOfWork, [
      { id: 'first', uses: 'argocd/sync', resource: 'drift', with: { to: 'r1' } },
      { id: 'second', uses: 'argocd/sync', resource: 'drift', with: { to: 'r2' } },
    ])
    const interfere = async (point: string) => {
      await Promise.resolve()
      if (point === 'after-record') world.target.revisions.set('drift', 'by-hand')
    }

    const ended = await advance(replica, run.id, { debugPoint: interfere })

    expect(ended.state).toBe('stopped')
    expect(world.target.revisions.get('drift')).toBe('by-hand')
    expect((await replica.deps.stores.proposals.find(proposal.id))?.state).toBe('approved')
  })
})

describe('what changes after the first step', () => {
  it.each<[string, Partial<ReplicaOptions>, Partial<ReplicaOptions>]>([
    ['the role of the approver', { people: () => [ANA, BEN] }, { people: () => [{ ...ANA, roles: [] }, BEN] }],
    ['the playbook', { playbooks: [PLAYBOOK] }, { playbooks: [{ ...PLAYBOOK, digest: 'c'.repeat(64) }] }],
    ['the policy', {}, { authorize: forbid('execute') }],
  ])('stops the run: %s', async (what, before, after) => {
    const resource = `change-${what.replaceAll(' ', '-')}`
    const first = await world.replica(before)
    const { run } = await approveRun(first.deps.unitOfWork, [
      { id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' } },
      { id: 'second', uses: 'argocd/sync', resource, with: { to: 'r2' } },
    ])
    const drain = new AbortController()
    const debugPoint = async (point: string) => {
      await Promise.resolve()
      if (point === 'after-record') drain.abort()
    }
    await advanceRun(first.deps, { runId: run.id }, drain.signal, { debugPoint })

    const ended = await advance(await world.replica(after), run.id)

    expect(ended.state).toBe('stopped')
    expect(world.target.revisions.get(resource)).toBe('r1')
  })
})

describe('undo', () => {
  it('takes back what was done, last first, each under an intent of its own', async () => {
    const { replica, run } = await failAfterTwoSteps('undo-1')

    await undoRun(replica.deps, { runId: run.id, ...BY_ANA })
    const undone = await advance(replica, run.id)

    expect(undone.state).toBe('undone')
    expect(world.target.revisions.get('undo-1')).toBe('r0')
    expect((await ledgerLines(replica, run.id)).slice(-2)).toEqual([
      'undo second main #1 done',
      'undo first main #1 done',
    ])
    expect(world.target.countOf(`${run.id}:undo.first:main`)).toBe(1)
    expect(await auditEvents(world, run.id)).toContain('run.undo_requested')
  })

  it('stops when somebody else has changed the target meanwhile', async () => {
    const { replica, run } = await failAfterTwoSteps('undo-2')
    world.target.revisions.set('undo-2', 'by-hand')

    await undoRun(replica.deps, { runId: run.id, ...BY_ANA })
    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('stopped')
    expect(world.target.revisions.get('undo-2')).toBe('by-hand')
  })

  it('is pressed once', async () => {
    const { replica, run } = await failAfterTwoSteps('undo-3')

    const presses = await Promise.allSettled([1, 2, 3].map(() => undoRun(replica.deps, { runId: run.id, ...BY_ANA })))

    expect(presses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await advance(replica, run.id)
    expect(world.target.countOf(`${run.id}:undo.first:main`)).toBe(1)
  })

  it.each([
    ['the one that it acts on', 'web', true, 'stopped', 'r2'],
    ['another one (the twin)', 'mail', false, 'undone', 'r0'],
  ])(
    'stops for the freeze of a service, and shows it to the policy: %s',
    async (_which, frozen, isFrozen, state, to) => {
      const resource = `undo-of-${frozen}`
      const { replica, run } = await failAfterTwoSteps(resource, { app: 'web-app' })
      const checkout = replica.deps.catalog.services.get(SERVICE)
      if (checkout === undefined) throw new Error('The catalog has no such service.')
      const web = { ...checkout, name: 'web', argocd: { ...checkout.argocd, app: 'web-app' } } as typeof checkout
      const deps = { ...replica.deps, catalog: { services: new Map([...replica.deps.catalog.services, ['web', web]]) } }

      await undoRun(deps, { runId: run.id, ...BY_ANA })
      const { freezes } = deps.stores
      await freezes.add({ service: frozen, reason: 'audit day', createdBy: BEN.id, forMs: 60_000 })
      const subject = await loadRunSubject(deps, run.id)
      const ended = await advance({ ...replica, deps }, run.id)
      await freezes.lift(frozen, BEN.id)

      expect(subject.isFrozen).toBe(isFrozen)
      expect(ended.state).toBe(state)
      expect(world.target.revisions.get(resource)).toBe(to)
    },
  )

  it('is refused where nothing was done', async () => {
    const replica = await world.replica()
    const run = await approveMove(replica, 'undo-4')
    await stop(replica, run.id)
    await advance(replica, run.id)

    await expect(undoRun(replica.deps, { runId: run.id, ...BY_ANA })).rejects.toMatchObject({ code: 'nothing_to_undo' })
  })

  it('comes by itself in act where the playbook says so, and not in assist', async () => {
    for (const [mode, state] of [
      ['act', 'undone'],
      ['assist', 'failed'],
    ] as const) {
      const resource = `undo-5-${mode}`
      const replica = await world.replica({ settings: { mode } })
      world.target.checks.set(resource, 'fails')
      const steps: StepSpec[] = [
        { id: 'move', uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' },
        { id: 'healthy', uses: 'prometheus/assert', resource },
      ]
      const { run } = await approveRun(replica.deps.unitOfWork, steps, { plan: { onFailure: 'undo' } })

      await advance(replica, run.id)
      const ended = await advance(replica, run.id)

      expect(ended.state).toBe(state)
      expect(world.target.revisions.get(resource)).toBe(mode === 'act' ? 'r0' : 'r1')
    }
  })

  /** `undoes`: what the undo of each step is given besides. */
  async function failAfterTwoSteps(resource: string, undoes: JsonObject = {}) {
    const replica = await world.replica()
    world.target.checks.set(resource, 'fails')
    const plan = planOf([
      { id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' },
      { id: 'second', uses: 'argocd/sync', resource, with: { to: 'r2' }, undoTo: 'r1' },
      { id: 'healthy', uses: 'prometheus/assert', resource },
    ])
    const steps = plan.steps.map((step) =>
      step.undo === null ? step : { ...step, undo: { ...step.undo, with: { ...step.undo.with, ...undoes } } },
    )
    const { run } = await approveRun(replica.deps.unitOfWork, [], { plan: { steps } })
    expect((await advance(replica, run.id)).state).toBe('failed')
    return { replica, run }
  }
})

describe('an unknown step', () => {
  it('that a person calls done lets the run go on', async () => {
    const { replica, run } = await loseAnswer('settle-1')

    await settle(replica, run.id, 'done')

    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(1)
    expect((await timelineTexts(replica, run.incidentId)).join('\n')).toContain(
      'Ana Ruiz says that step move is done: looked',
    )
  })

  it('that a person aborts fails the run', async () => {
    const { replica, run } = await loseAnswer('settle-2')

    await settle(replica, run.id, 'abort')

    expect((await advance(replica, run.id)).state).toBe('failed')
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(1)
  })

  it('is sent again when the quorum of a plan of tier 2 says so anew', async () => {
    const { replica, run } = await loseAnswer('settle-3')

    const settled = await settle(replica, run.id, 'retry')

    expect(settled.isSettled).toBe(true)
    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(await ledgerLines(replica, run.id)).toEqual(['move main #1 failed', 'move main #2 done'])
    // The person took the risk: the target does not honour keys, and the first request had its effect.
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(2)
  })

  it('of a plan of tier 3 waits for two fresh approvals, and nothing is sent before', async () => {
    const { replica, run } = await loseAnswer('settle-4', { plan: { tier: 3 }, approvers: [ANA, BEN] })

    const first = await settle(replica, run.id, 'retry')
    const twice = await settle(replica, run.id, 'retry')
    expect([first.isSettled, twice.isSettled]).toEqual([false, false])
    expect(first.text).toContain('One more approval')
    expect((await advance(replica, run.id)).state).toBe('unknown')
    expect(world.target.requestCountOf('settle-4')).toBe(1)

    const second = await settle(replica, run.id, 'retry', BEN)
    expect(second.isSettled).toBe(true)
    expect((await advance(replica, run.id)).state).toBe('succeeded')
  })

  it('is not settled by the same word twice, by a wrong step, or by who may not approve it', async () => {
    const { replica, run } = await loseAnswer('settle-5')

    await expect(settle(replica, run.id, 'retry', RIA)).rejects.toMatchObject({ code: 'approval_does_not_count' })
    await expect(
      settleStep(replica.deps, { runId: run.id, stepId: 'other', choice: 'done', reason: 'x', ...BY_ANA }),
    ).rejects.toMatchObject({ code: 'other_step' })
    const words = await Promise.allSettled([1, 2, 3].map(() => settle(replica, run.id, 'done')))
    expect(words.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const strict = await world.replica({ authorize: forbid('settle') })
    await expect(settle(strict, run.id, 'done')).rejects.toMatchObject({ code: 'not_allowed' })
    const refused = (await auditEvents(world, run.id)).filter((event) => event === 'request.refused')
    expect(refused.length).toBe(5)
  })

  async function loseAnswer(
    resource: string,
    options: Parameters<typeof approveRun>[2] = {},
    replicaOptions: Partial<ReplicaOptions> = {},
  ) {
    const replica = await world.replica(replicaOptions)
    world.target.misbehave({ kind: 'effect-then-drop', matches: (request) => request.text.includes(`"${resource}"`) })
    const steps: StepSpec[] = [{ id: 'move', uses: 'lambda/invoke', resource }]
    const { run } = await approveRun(replica.deps.unitOfWork, steps, options)
    expect((await advance(replica, run.id)).state).toBe('unknown')
    return { replica, run }
  }
})

function settle(replica: Replica, runId: string, choice: SettleStepInput['choice'], person = ANA) {
  return settleStep(replica.deps, { runId, stepId: 'move', choice, reason: 'looked', person, origin: 'console' })
}

function stop(replica: Replica, runId: string) {
  return stopRun(replica.deps, { runId, reason: 'enough', ...BY_ANA })
}

async function approveMove(replica: Replica, resource: string) {
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' },
  ])
  return run
}

function forbid(action: string): (request: AuthorizationRequest) => AuthorizationVerdict {
  return (request) => ({
    verdict: request.action === action ? 'forbid' : 'allow',
    reasons: [],
    policyVersion: 'policy-1',
  })
}
