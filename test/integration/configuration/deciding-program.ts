import { z } from 'zod'
import { BEN, EDITED, ADA, ANA, approveChange, startReplica } from './world.ts'
import type { Stores } from '../../../src/ports/stores.ts'

/** The second approval in a process of its own, which is killed before its commit, or between commit and swap. */
const { url, at } = z
  .object({ url: z.string(), at: z.enum(['before-commit', 'before-swap']) })
  .parse(JSON.parse(process.env['COUNTERSIGN_TEST_DECIDING'] ?? 'null'))
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const replica = await startReplica(url, () => [ADA, ANA, BEN], {
  found: EDITED,
  stores: (stores) => (at === 'before-commit' ? killedInAcceptance(stores) : stores),
})
const { configuration } = replica.deps
const catchUp = (): Promise<void> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}
await approveChange({ deps: { ...replica.deps, configuration: { ...configuration, catchUp } } }, BEN, EDITED)

function killedInAcceptance(stores: Stores): Stores {
  return {
    ...stores,
    configuration: {
      ...stores.configuration,
      putInForce: async (digest, changeId) => {
        await stores.configuration.putInForce(digest, changeId)
        if (changeId !== 'CFG-1') await catchUp()
      },
    },
  }
}
