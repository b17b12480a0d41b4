import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { describeWhen } from '../../support/skip.ts'
import { freezeOne } from './frozen-replicas.ts'
import { openWorld } from './world.ts'
import type { FrozenCase } from './frozen-replicas.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const SOON = { settings: { inflightWindowMs: 50 } }
/** One of each kind; `npm run chaos -- --frozen N` goes through all of them. */
const CASES: readonly FrozenCase[] = [
  { point: 'before-intent', uses: 'argocd/sync' },
  { point: 'after-intent', uses: 'pagerduty/note' },
  { point: 'before-send', uses: 'argocd/sync' },
  { point: 'connecting', uses: 'argocd/sync' },
  { point: 'connecting', uses: 'lambda/invoke' },
  { point: 'before-record', uses: 'lambda/invoke' },
  { point: 'before-poll', uses: 'argocd/sync' },
  { point: 'before-reconcile', uses: 'pagerduty/note' },
]

describeWhen(
  existsSync('/proc/self/stat'),
  'the state of a process is read from /proc',
  'a replica that sleeps longer than its lease while another one ends its run',
  () => {
    it.each(CASES)(
      'can neither send nor record when it wakes up ($point, $uses)',
      async (frozen) => {
        const outcome = await freezeOne(world, await world.replica(SOON), frozen)

        expect(outcome).toMatchObject({ ended: 'succeeded', effects: 1, sent: 0, recorded: [] })
      },
      240_000,
    )

    it.each(['before-send', 'connecting'] as const)(
      'sends a second time without lease and fence (the twin, %s)',
      async (point) => {
        const outcome = await freezeOne(world, await world.replica(SOON), { point, uses: 'argocd/sync' }, true)

        expect(outcome).toMatchObject({ effects: 2, sent: 1 })
      },
      240_000,
    )
  },
)
