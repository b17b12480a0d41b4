import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../support/wait-until.ts'
import { effectContext, lostAttempt } from '../action-runner/effect-context.ts'
import { pollToEnd, runToEnd } from '../action-runner/run-to-end.ts'
import { openArgoCdWorld, ROLLBACK } from './argocd-world.ts'
import type { ArgoCdWorld } from './argocd-world.ts'
import type { ActionInput, TargetState } from '../../../src/domain/action.ts'

const input: ActionInput = { uses: ROLLBACK, with: { app: 'checkout', id: '40' } }
const suspending: ActionInput = { uses: ROLLBACK, with: { app: 'checkout', id: 40, autoSync: 'suspend' } }

describe('a rollback in Argo CD', () => {
  let world: ArgoCdWorld
  let before: TargetState | null

  beforeEach(async () => {
    world = await openArgoCdWorld()
    before = await world.runner.readState(input, world.signal)
    world.fake.server.requests.length = 0
  })
  afterEach(() => world.fake.server.close())

  it('compares top of the history, target revision, auto-sync and running operation', () => {
    expect(before).toMatchObject({
      app: 'checkout',
      historyId: '41',
      revision: 'rev-b',
      targetRevision: 'main',
      autoSync: false,
      operation: null,
      rollbackTo: 'rev-a',
    })
  })

  it('waits until Argo CD has picked it up, applied it and found the app healthy', async () => {
    const first = await world.runner.perform(input, before, effectContext())
    const details: string[] = []
    let result = first
    while (result.outcome === 'pending') {
      details.push(result.detail)
      result = await world.runner.poll(input, result.handle, effectContext())
    }

    expect(details).toEqual([
      'Argo CD has accepted the rollback.',
      'Argo CD has accepted it and not begun yet.',
      'Argo CD is at it (Running): waiting for deployment.',
      'Argo CD has applied it; its health is not read anew yet.',
    ])
    expect(result).toMatchObject({
      outcome: 'done',
      output: { historyId: '42', revision: 'rev-a', previousHistoryId: '41', previousRevision: 'rev-b' },
      after: { historyId: '42', revision: 'rev-a', operation: null },
    })
  })

  it('does not wait for Synced, since a rollback leaves the app out of sync with Git', async () => {
    const result = await runToEnd(world.runner, input, before, effectContext())

    expect(result).toMatchObject({ outcome: 'done', output: { sync: 'OutOfSync' } })
  })

  it('sends its one request with effect first, without another look before it', async () => {
    await world.runner.perform(input, before, effectContext())

    expect(world.fake.server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/applications/checkout/rollback',
    ])
    expect(world.fake.server.requests[0]?.body).toMatchObject({ id: 40, project: 'payments', prune: false })
  })

  it('fails with the words of Argo CD when the operation fails', async () => {
    world.fake.failsNextOperation = 'one or more objects failed to apply:\n  Deployment "checkout"\u0007 is invalid'

    const result = await runToEnd(world.runner, input, before, effectContext())

    expect(result.outcome).toBe('failed')
    expect(result.detail).toContain('one or more objects failed to apply: Deployment "checkout" is invalid')
  })

  it('takes a phase Running with an end for a retry that is still to come', async () => {
    world.fake.movesOnRead = false
    const first = await world.runner.perform(input, before, effectContext())
    world.fake.move(world.app)
    world.app.operation = null
    world.app.operationState = { ...world.app.operationState!, finishedAt: world.fake.now(), message: 'retrying in 5s' }

    const result = await world.runner.poll(input, first.outcome === 'pending' ? first.handle : {}, effectContext())

    expect(result).toMatchObject({ outcome: 'pending', detail: 'Argo CD waits to try again: retrying in 5s.' })
  })

  it('is unfit when the history no longer has the entry', async () => {
    const gone = { ...input, with: { app: 'checkout', id: '7' } }

    await expect(world.runner.readState(gone, world.signal)).rejects.toThrow(/no longer has entry 7/)
  })

  it('is unfit without an entry to go back to', () => {
    expect(() => world.runner.describe({ uses: ROLLBACK, with: { app: 'checkout' } })).toThrow(
      /names no earlier deploy/,
    )
  })

  it('can be planned before an earlier step has said where to, and not be sent', async () => {
    const later: ActionInput = { uses: ROLLBACK, with: { app: 'checkout', id: '${{ steps.sync.previousHistoryId }}' } }

    const state = await world.runner.readState(later, world.signal)
    const result = await world.runner.perform(later, state, effectContext())

    expect(world.runner.describe(later).target.lockKey).toBe('argocd:payments/checkout')
    expect(state).toMatchObject({ historyId: '41' })
    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(() => world.runner.describe({ ...later, with: { app: '${{ steps.x.app }}', id: '40' } })).toThrow(/with.app/)
  })

  it('steps back when somebody else is at it, and says when to try again', async () => {
    world.fake.movesOnRead = false
    world.fake.startForeign(world.app, 'rev-c')

    const result = await world.runner.perform(input, before, effectContext())

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: 5_000 })
    expect(result.detail).toContain('(by bob)')
    expect(world.fake.countEffects('rollback')).toBe(0)
  })

  it('T19: tells of a deploy that ended between the look and the request, which Argo CD compares with nothing', async () => {
    world.app.history.push({ ...world.app.history.at(-1)!, id: 42, revision: 'rev-c', username: 'bob' })

    const result = await runToEnd(world.runner, input, before, effectContext())

    expect(result).toMatchObject({ outcome: 'done', after: { historyId: '43', revision: 'rev-a' } })
    expect(result.detail).toContain('Somebody deployed rev-c just before the request; this has replaced it.')
  })

  it('T19: says nothing of the kind when nobody did (the twin)', async () => {
    const result = await runToEnd(world.runner, input, before, effectContext())

    expect(result.outcome).toBe('done')
    expect(result.detail).not.toContain('Somebody deployed')
  })

  it('recognises its own operation when Argo CD is busy with it, instead of asking for a second one', async () => {
    world.fake.movesOnRead = false
    world.fake.server.inject({ kind: 'effect-then-drop' })
    const lost = await world.runner.perform(input, before, effectContext())

    const again = await world.runner.perform(input, before, effectContext())

    expect(lost.outcome).toBe('unknown')
    expect(again).toMatchObject({ outcome: 'pending', detail: expect.stringContaining('is ours') })
    expect(world.fake.countEffects('rollback')).toBe(1)
  })

  it('does not take an older operation of its own account for the one it asks for', async () => {
    world.fake.movesOnRead = false
    world.fake.startForeign(world.app, 'rev-a', 'proj:payments:countersign')
    world.fake.move(world.app)
    const whileRunning = await world.runner.readState(input, world.signal)

    const result = await world.runner.perform(input, whileRunning, effectContext())

    expect(whileRunning).toMatchObject({ operation: { revision: 'rev-a' } })
    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: 5_000 })
  })

  it('never shows the token, whatever goes wrong', async () => {
    const body = `token fake-argocd-token-9c1d is not welcome`
    world.fake.server.inject({ kind: 'answer', answer: { status: 403, body } })

    const result = await world.runner.perform(input, before, effectContext())

    expect(result.outcome).toBe('not_executed')
    expect(result.detail).not.toContain('fake-argocd-token')
  })
})

describe('a rollback whose answer was lost', () => {
  let world: ArgoCdWorld
  let before: TargetState | null

  beforeEach(async () => {
    world = await openArgoCdWorld()
    before = await world.runner.readState(input, world.signal)
    world.fake.movesOnRead = false
  })
  afterEach(() => world.fake.server.close())

  const reconcile = () => world.runner.reconcile(input, lostAttempt(ROLLBACK, 'queryable', before), effectContext())

  it.each([
    ['requested', 0, 'pending'],
    ['running', 1, 'pending'],
    ['applied', 2, 'pending'],
    ['healthy', 3, 'done'],
  ])('is found when it is %s', async (_state, moves, outcome) => {
    world.fake.server.inject({ kind: 'effect-then-hang' })
    const patience = new AbortController()
    const performing = world.runner.perform(input, before, effectContext({ signal: patience.signal }))
    await waitUntil('Argo CD has done it', () => world.fake.countEffects('rollback') === 1)
    patience.abort()
    await performing
    for (let move = 0; move < moves; move += 1) world.fake.move(world.app)

    const answer = await reconcile()

    expect(answer).toMatchObject({ found: 'executed', result: { outcome } })
    expect(world.fake.countEffects('rollback')).toBe(1)
  })

  it('is found in the history when another operation has come after it', async () => {
    world.fake.server.inject({ kind: 'effect-then-drop' })
    await world.runner.perform(input, before, effectContext())
    for (let move = 0; move < 3; move += 1) world.fake.move(world.app)
    world.fake.startForeign(world.app, 'rev-c')

    const answer = await reconcile()

    expect(answer).toMatchObject({ found: 'executed', result: { outcome: 'done' } })
  })

  it('is proven not executed when nothing has changed and nothing is pending', async () => {
    world.fake.server.inject({ kind: 'drop' })
    await world.runner.perform(input, before, effectContext())

    const answer = await reconcile()

    expect(answer.found).toBe('not_executed')
  })

  it.each([
    ['somebody else rolled back to the same revision', 'rev-a', 'bob'],
    ['our account did something else', 'rev-c', 'proj:payments:countersign'],
  ])('stays unknown when %s', async (_what, revision, username) => {
    world.fake.server.inject({ kind: 'drop' })
    await world.runner.perform(input, before, effectContext())
    world.fake.startForeign(world.app, revision, username)
    for (let move = 0; move < 3; move += 1) world.fake.move(world.app)

    const answer = await reconcile()

    expect(answer.found).toBe('unknown')
  })

  it('stays unknown while Argo CD cannot be read', async () => {
    world.fake.server.inject({ kind: 'drop' })
    await world.runner.perform(input, before, effectContext())
    world.fake.server.inject({ kind: 'answer', answer: { status: 503, body: 'no' } })

    const answer = await reconcile()

    expect(answer.found).toBe('unknown')
  })

  it('stays unknown when nothing is on record of the app before', async () => {
    const attempt = lostAttempt(ROLLBACK, 'queryable', null)

    const answer = await world.runner.reconcile(input, attempt, effectContext())

    expect(answer.found).toBe('unknown')
  })

  it('would be done twice if it were sent again without asking', async () => {
    world.fake.server.inject({ kind: 'effect-then-drop' })
    await world.runner.perform(input, before, effectContext())
    for (let move = 0; move < 3; move += 1) world.fake.move(world.app)

    await world.runner.perform(input, before, effectContext())

    expect(world.fake.countEffects('rollback')).toBe(2)
  })
})

describe('a rollback of an app with auto-sync', () => {
  let world: ArgoCdWorld

  beforeEach(async () => {
    world = await openArgoCdWorld({ autoSync: true })
  })
  afterEach(() => world.fake.server.close())

  const performEffects = async () => {
    const first = await world.runner.readState(suspending, world.signal)
    const suspended = await world.runner.perform(suspending, first, effectContext({ effect: 'suspend' }))
    const second = await world.runner.readState(suspending, world.signal)
    return { first, suspended, second, last: await runToEnd(world.runner, suspending, second, effectContext()) }
  }

  it('is unfit by default, with the reason', async () => {
    await expect(world.runner.readState(input, world.signal)).rejects.toThrow(/Auto-sync is on for checkout/)
  })

  it('would be refused by Argo CD, if it were sent all the same', async () => {
    const before = await world.runner.readState(suspending, world.signal)

    const result = await world.runner.perform(input, before, effectContext())

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(world.fake.countEffects('rollback')).toBe(0)
  })

  it('has two effects when it may suspend: auto-sync off, then the rollback', async () => {
    expect(world.runner.describe(suspending).effects).toEqual(['suspend', 'main'])

    const { suspended, second, last } = await performEffects()

    expect(suspended).toMatchObject({ outcome: 'done', output: { autoSyncChanged: true }, after: { autoSync: false } })
    expect(second).toMatchObject({ autoSync: false })
    expect(last).toMatchObject({ outcome: 'done', output: { autoSync: false, revision: 'rev-a' } })
    expect(world.fake.effects.map(({ kind }) => kind)).toEqual(['auto-sync', 'rollback'])
  })

  it('keeps prune and selfHeal, so that switching on again restores them', async () => {
    await performEffects()
    expect(world.app.automated).toEqual({ enabled: false, prune: true, selfHeal: true })
    // Git was reverted: what auto-sync would deploy runs the good image again.
    for (const [revision, tag] of [
      ['rev-a', '1'],
      ['rev-b', '2'],
    ] as const) {
      const spec = { template: { spec: { containers: [{ name: 'app', image: `checkout:${tag}` }] } } }
      world.fake.rendered.set(revision, [JSON.stringify({ kind: 'Deployment', metadata: { name: 'app' }, spec })])
    }

    const on: ActionInput = { uses: 'argocd/auto-sync', with: { app: 'checkout', enabled: true } }
    const result = await runToEnd(world.runner, on, await world.runner.readState(on, world.signal), effectContext())

    expect(result.outcome).toBe('done')
    expect(world.app.automated).toEqual({ enabled: true, prune: true, selfHeal: true })
  })

  it('sends nothing to switch off what is off already', async () => {
    world.app.automated = { enabled: false, prune: true, selfHeal: true }

    const { suspended } = await performEffects()

    expect(suspended).toMatchObject({ outcome: 'done', output: { autoSyncChanged: false } })
    expect(world.fake.countEffects('auto-sync')).toBe(0)
  })

  it('finds a switch whose answer was lost, and proves one that never arrived', async () => {
    const before = await world.runner.readState(suspending, world.signal)
    const attempt = lostAttempt(ROLLBACK, 'queryable', before, { effect: 'suspend' })
    const context = effectContext({ effect: 'suspend' })
    world.fake.server.inject({ kind: 'drop' })
    await world.runner.perform(suspending, before, context)
    const first = await world.runner.reconcile(suspending, attempt, context)
    world.fake.server.inject({ kind: 'effect-then-502' })
    const lost = await world.runner.perform(suspending, before, context)
    const second = await world.runner.reconcile(suspending, attempt, context)

    expect(first.found).toBe('not_executed')
    expect(lost.outcome).toBe('unknown')
    expect(second).toMatchObject({ found: 'executed', result: { outcome: 'done' } })
    expect(world.fake.countEffects('auto-sync')).toBe(1)
  })

  it('says so when an ApplicationSet switches auto-sync on again', async () => {
    world.fake.revertsAutoSync = true

    const { suspended, last } = await performEffects()

    expect(suspended).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('ApplicationSet') })
    expect(last).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(last.detail).toContain('ignore /spec/syncPolicy')
  })

  it('goes forward again by an undo to the entry that was on top before', async () => {
    const { first } = await performEffects()
    const undo: ActionInput = { uses: ROLLBACK, with: { app: 'checkout', id: first?.['historyId'] ?? '' } }

    const state = await world.runner.readState(undo, world.signal)
    const result = await pollToEnd(
      world.runner,
      undo,
      await world.runner.perform(undo, state, effectContext()),
      effectContext(),
    )

    expect(result).toMatchObject({ outcome: 'done', output: { revision: 'rev-b' } })
  })
})
