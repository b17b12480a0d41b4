import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, find, openWorld } from '../executor/world.ts'
import { handlePress } from '../../../src/orchestrator/index.ts'
import type { Press } from '../../../src/orchestrator/index.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { World } from '../executor/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

/** A run that failed after its first step, so that it can be undone. */
async function failedRun(replica: Replica, resource: string): Promise<Run> {
  world.target.checks.set(`${resource}-check`, 'fails')
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { id: 'move', uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' },
    { id: 'check', uses: 'prometheus/assert', resource: `${resource}-check` },
  ])
  return advance(replica, run.id)
}

function pressOf(run: Run, verb: Press['verb'], proposalId: string): Press {
  const account = { surface: 'console', tenant: 'console', user: ANA.id, displayName: ANA.name } as const
  return {
    ...{ surface: 'console', account, channel: null, message: null, verb, incidentId: run.incidentId, proposalId },
    ...{ planHash: null, text: 'as the card shows', stepId: null, answer: null },
  }
}

describe('a button of a run', () => {
  it('means the run that its card showed, and no later one', async () => {
    const opened = await world.replica()
    const directory = { ...opened.deps.directory, findByAccount: () => ANA }
    const replica = { ...opened, deps: { ...opened.deps, directory } }
    const shown = await failedRun(replica, 'button-1')
    const other = await failedRun(replica, 'button-2')
    expect([shown.state, other.state]).toEqual(['failed', 'failed'])

    for (const verb of ['undo', 'settle'] as const) {
      const press = {
        ...pressOf(other, verb, shown.proposalId),
        incidentId: other.incidentId,
        stepId: 'move',
        answer: 'abort',
      } as const
      expect(await handlePress(replica.deps, press)).toMatchObject({ kind: 'refused', code: 'other_run' })
    }
    expect((await find(replica, other.id)).direction).toBe('forward')

    const right = await handlePress(replica.deps, pressOf(other, 'undo', other.proposalId))
    expect(right.kind).toBe('answer')
  })
})
