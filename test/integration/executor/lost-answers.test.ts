import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Fault, FaultKind } from '../../fakes/vendor-server.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { StepSpec } from '../../fakes/counting-target/approved-run.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import { advance, auditEvents, find, ledgerLines, openWorld } from './world.ts'
import type { AdvanceOptions } from '../../../src/orchestrator/advance-run.ts'
import type { Settings } from '../../../src/orchestrator/dependencies.ts'
import type { World } from './world.ts'
import { waitUntil } from '../../support/wait-until.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const LOSSES: readonly FaultKind[] = ['effect-then-drop', 'effect-then-502', 'effect-then-hang']
const BEFORE: readonly FaultKind[] = ['drop', 'hang']

describe.each(LOSSES)('an answer lost after the effect (%s)', (kind) => {
  it('is sent again under the same key where that is harmless', async () => {
    const { ended, key, lines } = await runOne('pagerduty/note', { kind })

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
    expect(lines).toEqual(['move main #1 failed', 'move main #2 done'])
  })

  it('is found out by asking where the target can be asked', async () => {
    const { ended, key, lines } = await runOne('argocd/sync', { kind })

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
    expect(lines).toEqual(['move main #1 done'])
  })

  it('is shown to a person where it cannot, and nobody sends it again', async () => {
    const { ended, key, lines, run } = await runOne('lambda/invoke', { kind })

    expect(ended.state).toBe('unknown')
    expect(ended.leaseOwner).toBeNull()
    expect(ended.detail).toContain('is not known whether step move happened')
    expect(world.target.countOf(key)).toBe(1)
    expect(lines).toEqual(['move main #1 unknown'])
    expect(await auditEvents(world, run.id)).toContain('step.handed_over')
  })
})

describe.each(BEFORE)('a request lost before the effect (%s)', (kind) => {
  it.each(['pagerduty/note', 'argocd/sync'] as const)('happens once in the end (%s)', async (uses) => {
    const { ended, key } = await runOne(uses, { kind })

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
  })

  it('is shown to a person where the target cannot be asked', async () => {
    const { ended, key } = await runOne('lambda/invoke', { kind })

    expect(ended.state).toBe('unknown')
    expect(world.target.countOf(key)).toBe(0)
  })
})

describe('a target that cannot tell', () => {
  it('is asked for a while, then a person is', async () => {
    const actions = withActions({
      reconcile: () => Promise.resolve({ found: 'unknown', detail: 'two operations overlap' }),
    })
    const { ended, lines } = await runOne('argocd/sync', { kind: 'effect-then-drop' }, { actions })

    expect(ended.state).toBe('unknown')
    expect(ended.detail).toContain('two operations overlap')
    expect(lines).toEqual(['move main #1 unknown'])
  })

  it('that does not answer at first is asked again', async () => {
    const patience = { options: { pace: { reconcileForMs: 60_000 } } }
    let asked = 0
    const real = createCountingActions(world.target.url)
    const actions = withActions({
      reconcile: (input, attempt, context) => {
        asked += 1
        if (asked < 3) return Promise.resolve({ found: 'unknown', detail: 'no connection' })
        return real.reconcile(input, attempt, context)
      },
    })
    const { ended, key } = await runOne('argocd/sync', { kind: 'effect-then-drop' }, { actions, ...patience })

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
  })
})

describe('an effect that comes after we gave up on it', () => {
  /** The request arrives and is held; our side gives up. */
  function held() {
    let release = () => {}
    const until = new Promise<void>((resolve) => (release = resolve))
    const actions = createCountingActions(world.target.url, { callTimeoutMs: 1_000 })
    return { fault: { kind: 'held', until } as const, actions, release }
  }

  it('happens once, because nobody looks before the in-flight window has passed', async () => {
    const { fault, actions, release } = held()
    const debugPoint = async (point: string) => {
      if (point === 'before-record') release()
    }
    const how = { actions, settings: { inflightWindowMs: 1_000 }, options: { debugPoint } }
    const { ended, key, lines } = await runOne('argocd/sync', fault, how)

    expect(ended.state).toBe('succeeded')
    expect(lines).toEqual(['move main #1 done'])
    expect(world.target.countOf(key)).toBe(1)
  })

  it('happens twice without the window', async () => {
    // The first request has its effect only when the second one has had its own.
    const { fault, actions, release } = held()
    const { ended, key } = await runOne('argocd/sync', fault, { actions, settings: { inflightWindowMs: 0 } })
    release()

    expect(ended.state).toBe('succeeded')
    await waitUntil('both effects are there', () => world.target.countOf(key) === 2)
  })
})

describe('without reconciling', () => {
  const blind = () =>
    withActions({ reconcile: () => Promise.resolve({ found: 'not_executed', detail: 'nobody asked' }) })

  it('a lost answer means a second effect', async () => {
    const { ended, key } = await runOne('argocd/sync', { kind: 'effect-then-drop' }, { actions: blind(), args: {} })

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(2)
  })

  it('the comparison with the approved state still stops it where the effect shows', async () => {
    const { ended, key } = await runOne('argocd/sync', { kind: 'effect-then-drop' }, { actions: blind() })

    expect(ended.state).toBe('stopped')
    expect(world.target.countOf(key)).toBe(1)
  })
})

let place = 0

interface How {
  readonly actions?: ActionRunner
  readonly settings?: Partial<Settings>
  readonly args?: StepSpec['with']
  readonly options?: AdvanceOptions
}

async function runOne(uses: StepSpec['uses'], fault: Fault, how: How = {}) {
  const { actions = actionsFor(fault), settings = { inflightWindowMs: 50 }, args = { to: 'r1' } } = how
  place += 1
  const resource = `lost-${String(place)}`
  const replica = await world.replica({ actions, settings })
  const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses, resource, with: args }])
  world.target.misbehave({ ...fault, matches: (request) => request.text.includes(`"${resource}"`) })
  const ended = await advance(replica, run.id, how.options)
  return {
    run,
    ended,
    key: `${run.id}:move:main`,
    lines: await ledgerLines(replica, run.id),
    now: await find(replica, run.id),
  }
}

/** Only where nothing but the time ends the wait is it short; each call of such a run has to come within it. */
function actionsFor({ kind }: Fault): ActionRunner {
  return createCountingActions(world.target.url, { callTimeoutMs: kind.endsWith('hang') ? 1_500 : 20_000 })
}

function withActions(change: Partial<ActionRunner>): ActionRunner {
  return { ...createCountingActions(world.target.url, { callTimeoutMs: 20_000 }), ...change }
}
