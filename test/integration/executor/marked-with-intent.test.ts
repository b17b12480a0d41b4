import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, auditEvents, ledgerLines, openWorld } from './world.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { World } from './world.ts'

/** When an attempt is marked as sent: with its intent where a crash means the same either way, else by itself. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const isOfStep = (event: string) => event.startsWith('step.')

let count = 0
/** The ledger and the log as they are on record at `at`, while the run stands there. */
async function lookAt(at: DebugPoint, uses: ActionName) {
  const resource = `marked-${String((count += 1))}`
  const replica = await world.replica({
    actions: createCountingActions(world.target.url, { callTimeoutMs: 20_000, looksAgain: true }),
  })
  const args = uses === 'pagerduty/note' ? { text: 'moved' } : { to: 'r1' }
  const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'act', uses, resource, with: args }])
  let seen:
    { readonly ledger: readonly string[]; readonly log: readonly string[]; readonly effects: number } | undefined
  await advance(replica, run.id, {
    debugPoint: async (point) => {
      if (point !== at) return
      seen ??= {
        ledger: await ledgerLines(replica, run.id),
        log: (await auditEvents(world, run.id)).filter(isOfStep),
        effects: world.target.countOf(`${run.id}:act:main`),
      }
    },
  })
  return { seen, log: (await auditEvents(world, run.id)).filter(isOfStep) }
}

describe('an effect that may be sent again under its key', () => {
  it('is on record as intended and sent, in this order and in one moment, before anything leaves us', async () => {
    const { seen, log } = await lookAt('after-intent', 'pagerduty/note')

    expect(seen).toEqual({ ledger: ['act main #1 sent'], log: ['step.intended', 'step.sent'], effects: 0 })
    expect(log).toEqual(['step.intended', 'step.sent', 'step.succeeded'])
  })
})

describe.each<ActionName>(['argocd/sync', 'lambda/invoke'])('an effect of %s', (uses) => {
  it('is intended first, so that a crash before the request is known as one that sent nothing', async () => {
    const { seen, log } = await lookAt('after-intent', uses)

    expect(seen).toEqual({ ledger: ['act main #1 intended'], log: ['step.intended'], effects: 0 })
    expect(log).toEqual(['step.intended', 'step.sent', 'step.succeeded'])
  })

  it('is marked as sent before the request', async () => {
    const { seen } = await lookAt('before-send', uses)

    expect(seen).toEqual({ ledger: ['act main #1 sent'], log: ['step.intended', 'step.sent'], effects: 0 })
  })
})
