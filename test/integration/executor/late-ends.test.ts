import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { ANA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, auditEvents, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  // However often it is asked, it is still at it.
  world.target.pollsUntilDone = Number.POSITIVE_INFINITY
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

describe('an effect that its target is still at when the time of its step is over', () => {
  it('is not called failed: the target is asked what became of it', async () => {
    const { ended, lines, events, key } = await runLate('asked')

    expect(ended.state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
    expect(lines).toEqual(['move main #1 done'])
    expect(events).toContain('step.unknown')
  })

  it('is shown to a person while the target is at it, and not sent again', async () => {
    const { replica, run, ended, lines, key } = await runLate('at-it', stillAtIt())

    expect(ended.state).toBe('unknown')
    expect(lines).toEqual(['move main #1 unknown'])
    expect((await timelineTexts(replica, run.incidentId)).join('\n')).toContain('it is not finished: is at it')
    expect(world.target.countOf(key)).toBe(1)
    const said = { choice: 'done', reason: 'looked', person: ANA, origin: 'console' } as const
    await settleStep(replica.deps, { runId: run.id, stepId: 'move', ...said })
    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(world.target.countOf(key)).toBe(1)
  })

  it('is left to a person where nobody can ask the target', async () => {
    const { ended, lines, key } = await runLate('opaque', undefined, 'lambda/invoke')

    expect(ended.state).toBe('unknown')
    expect(lines).toEqual(['move main #1 unknown'])
    expect(world.target.countOf(key)).toBe(1)
  })
})

async function runLate(
  resource: string,
  actions?: ActionRunner,
  uses: 'argocd/sync' | 'lambda/invoke' = 'argocd/sync',
) {
  const replica = await world.replica(actions === undefined ? {} : { actions })
  const step = { id: 'move', uses, resource, with: { slow: true }, timeoutMs: 100 }
  const { run } = await approveRun(replica.deps.unitOfWork, [step])
  const ended = await advance(replica, run.id)
  const [lines, events] = [await ledgerLines(replica, run.id), await auditEvents(world, run.id)]
  return { replica, run, ended, lines, events, key: `${run.id}:move:main` }
}

function stillAtIt(): ActionRunner {
  const actions = createCountingActions(world.target.url)
  const result = { outcome: 'pending', detail: 'is at it', handle: {}, pollAfterMs: 5 } as const
  return { ...actions, reconcile: () => Promise.resolve({ found: 'executed', result }) }
}
