import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import type { ActionResult } from '../../../src/domain/action.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import { QUICK, advance, auditEvents, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

describe('an approved run', () => {
  it('does each step once, verifies it, and says so', async () => {
    const replica = await world.replica()
    const { run, proposal } = await approveRun(replica.deps.unitOfWork, [
      { id: 'move', uses: 'argocd/sync', resource: 'plain', with: { to: 'r1' } },
      { id: 'healthy', uses: 'prometheus/assert', resource: 'plain' },
    ])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(`${run.id}:move:main`)).toBe(1)
    expect(await ledgerLines(replica, run.id)).toEqual(['move main #1 done', 'healthy main #1 done'])
    expect(await auditEvents(world, run.id)).toEqual([
      'run.started',
      'step.intended',
      'step.sent',
      'step.succeeded',
      'step.intended',
      'step.succeeded',
      'run.succeeded',
    ])
    const texts = await timelineTexts(replica, run.incidentId)
    expect(texts.at(-1)).toBe(`${run.id} (Move the service on) has succeeded.`)
    const closed = await replica.deps.stores.proposals.find(proposal.id)
    expect(closed?.state).toBe('approved')
    expect(closed?.closedAt).not.toBeNull()
  })

  it('takes the effects of one step in order, each under its own intent and key', async () => {
    const replica = await world.replica()
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'back', uses: 'argocd/rollback', resource: 'two-effects', with: { to: 'r9', autoSync: 'suspend' } },
    ])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('succeeded')
    expect(await ledgerLines(replica, run.id)).toEqual(['back suspend #1 done', 'back main #1 done'])
    const left = await replica.deps.stores.followUps.list(run.incidentId)
    expect(left).toMatchObject([{ kind: 'revert_and_enable', app: 'two-effects', state: 'open', badRevision: 'r0' }])
  })

  it('follows what the target accepted to its end', async () => {
    const replica = await world.replica()
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'slow', uses: 'argocd/sync', resource: 'slow', with: { to: 'r1', slow: true } },
      { id: 'next', uses: 'argocd/sync', resource: 'slow', with: { to: 'r2' } },
    ])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('succeeded')
    expect(world.target.revisions.get('slow')).toBe('r2')
    expect(await auditEvents(world, run.id)).toContain('step.accepted')
  })

  it('fails when a check does not hold, and leaves Undo to an approver', async () => {
    const replica = await world.replica()
    world.target.checks.set('sick', 'fails')
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'move', uses: 'argocd/sync', resource: 'sick', with: { to: 'r1' }, undoTo: 'r0' },
      { id: 'healthy', uses: 'prometheus/assert', resource: 'sick' },
    ])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('failed')
    expect(ended.detail).toBe(
      `${run.id} (Move the service on) has failed: step healthy failed: it does not hold. An approver may press Undo.`,
    )
    expect(world.target.revisions.get('sick')).toBe('r1')
  })

  it('fails when a check is not decided within its time', async () => {
    const replica = await world.replica()
    world.target.checks.set('endless', 'undecided')
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'healthy', uses: 'prometheus/assert', resource: 'endless', timeoutMs: 100 },
    ])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('failed')
    expect(ended.detail).toContain('not finished within')
  })

  it('is looked at each time from where the look before stood', async () => {
    const counted: number[] = []
    const count = (looks: number): ActionResult => {
      counted.push(looks)
      return looks < 4
        ? { outcome: 'pending', detail: `look ${String(looks)}`, handle: { looks }, pollAfterMs: 1 }
        : { outcome: 'done', detail: 'it holds', output: {}, after: null }
    }
    const actions = createCountingActions(world.target.url)
    const counting: ActionRunner = {
      ...actions,
      perform: (input, ...rest) =>
        input.uses === 'prometheus/assert' ? Promise.resolve(count(1)) : actions.perform(input, ...rest),
      poll: (_input, handle) => Promise.resolve(count((handle['looks'] as number) + 1)),
    }
    const replica = await world.replica({ actions: counting })
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { id: 'move', uses: 'argocd/sync', resource: 'counted', with: { to: 'r1' } },
      { id: 'healthy', uses: 'prometheus/assert', resource: 'counted' },
    ])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('succeeded')
    expect(counted).toEqual([1, 2, 3, 4])
  })

  it('is given back during a long wait, and nobody claims it before', async () => {
    const actions = createCountingActions(world.target.url, { pollAfterMs: 1_000 })
    const replica = await world.replica({ actions })
    world.target.checks.set('patient', 'undecided')
    const { run } = await approveRun(replica.deps.unitOfWork, [{ uses: 'prometheus/assert', resource: 'patient' }])
    const pace = { ...QUICK, holdMs: 1 }

    await advanceRun(replica.deps, { runId: run.id }, new AbortController().signal, { pace })

    const waiting = await find(replica, run.id)
    expect(waiting).toMatchObject({ state: 'waiting', leaseOwner: null })
    expect(waiting.leaseUntil).not.toBeNull()
    world.target.checks.set('patient', 'holds')
    expect((await advance(replica, run.id, { pace })).state).toBe('succeeded')
  })

  it('is tried again when provably nothing happened, and gives up after the last try', async () => {
    const replica = await world.replica()
    world.target.misbehave({ kind: 'answer', answer: { status: 429 }, times: 2, matches: isAbout('busy') })
    const { run } = await approveRun(replica.deps.unitOfWork, [
      { uses: 'argocd/sync', resource: 'busy', with: { to: 'r1' } },
    ])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('succeeded')
    expect(await ledgerLines(replica, run.id)).toEqual([
      'step-1 main #1 failed',
      'step-1 main #2 failed',
      'step-1 main #3 done',
    ])
    expect(world.target.countOf(`${run.id}:step-1:main`)).toBe(1)
  })

  it('is not tried again when the target refuses it for good', async () => {
    const replica = await world.replica()
    world.target.misbehave({
      kind: 'answer',
      answer: { status: 403, body: { message: 'not you' } },
      matches: isAbout('closed'),
    })
    const { run } = await approveRun(replica.deps.unitOfWork, [{ uses: 'argocd/sync', resource: 'closed' }])

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe('failed')
    expect(await ledgerLines(replica, run.id)).toEqual(['step-1 main #1 failed'])
    expect(world.target.countOf(`${run.id}:step-1:main`)).toBe(0)
  })

  it('waits for the run that holds its target', async () => {
    const replica = await world.replica()
    const first = await approveRun(replica.deps.unitOfWork, [
      { uses: 'argocd/sync', resource: 'shared', with: { to: 'r1' } },
    ])
    const second = await approveRun(replica.deps.unitOfWork, [
      { uses: 'argocd/sync', resource: 'shared', with: { to: 'r2' }, before: { revision: 'r1' } },
    ])
    const lease = await replica.deps.stores.runs.claim(first.run.id, 'other', 60_000)
    await replica.deps.stores.leasedRuns.lockTargets(lease!, ['argocd:shared'])

    await advanceRun(replica.deps, { runId: second.run.id }, new AbortController().signal, { pace: QUICK })

    expect((await find(replica, second.run.id)).state).toBe('queued')
    expect(world.target.countOf(`${second.run.id}:step-1:main`)).toBe(0)
    await replica.deps.stores.leasedRuns.release(lease!)
    expect((await advance(replica, first.run.id)).state).toBe('succeeded')
    expect((await advance(replica, second.run.id)).state).toBe('succeeded')
  })
})

function isAbout(resource: string): (request: { readonly text: string }) => boolean {
  return (request) => request.text.includes(`"${resource}"`)
}
