import { z } from 'zod'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import type { RunLease } from '../../../src/ports/run-store.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'

/**
 * A replica in a process of its own, which advances one run and may kill or stop itself at a debug point, or (`connecting`)
 * while its request has a connection that does not stand yet.
 */
export const ProgramConfig = z.object({
  databaseUrl: z.string(),
  targetUrl: z.string(),
  runId: z.string(),
  leaseMs: z.number(),
  at: z.string().nullable(),
  signal: z.enum(['SIGKILL', 'SIGSTOP']),
  /** The guards taken out: the lease is never looked at, and every write carries whatever fence stands now. */
  isUnguarded: z.boolean(),
  /** As in the product unless given. */
  sendWithinMs: z.number().optional(),
})
export type ProgramConfig = z.infer<typeof ProgramConfig>

const config = ProgramConfig.parse(JSON.parse(process.env['COUNTERSIGN_TEST_REPLICA'] ?? 'null'))
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

let hasHappened = false
const { deps, close } = await openReplica({
  url: config.databaseUrl,
  actions: stoppingWhileConnecting(
    createCountingActions(config.targetUrl, { callTimeoutMs: 20_000, looksAgain: true }),
  ),
  settings: { leaseMs: config.leaseMs, inflightWindowMs: 50 },
  maxConnections: 5,
  ...(config.isUnguarded ? { stores: withoutFence } : {}),
})
const frozen = { now: () => new Date(0), monotonicMs: () => 0 }

await advanceRun(
  { ...deps, ...(config.isUnguarded ? { clock: frozen } : {}) },
  { runId: config.runId },
  new AbortController().signal,
  {
    ...(config.sendWithinMs === undefined ? {} : { pace: { sendWithinMs: config.sendWithinMs } }),
    debugPoint: async (point) => {
      if (point !== config.at || hasHappened) return
      hasHappened = true
      process.kill(process.pid, config.signal)
      // The signal stops or ends the process before this line has run to its end.
      await new Promise((resolve) => setTimeout(resolve, 1))
    },
  },
).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
})
await close()
process.disconnect()

/**
 * Begun by a timer, so that the loop looks at its connections next and at its timers afterwards, as it does when it waits
 * for connections and is stopped there. The system is asked for the connection in the tick before it stops.
 */
function stoppingWhileConnecting(actions: ActionRunner): ActionRunner {
  if (config.at !== 'connecting') return actions
  return {
    ...actions,
    perform: async (input, before, context) => {
      if (hasHappened) return actions.perform(input, before, context)
      hasHappened = true
      await new Promise((resolve) => setTimeout(resolve, 1))
      const answer = actions.perform(input, before, context)
      process.nextTick(() => process.kill(process.pid, config.signal))
      return answer
    },
  }
}

function withoutFence(stores: Stores): Stores {
  const current = async (lease: RunLease): Promise<RunLease> => {
    const run = await stores.runs.find(lease.run.id)
    return { ...lease, fence: run?.fence ?? lease.fence }
  }
  return {
    ...stores,
    ledger: {
      ...stores.ledger,
      intend: async (lease, attempt, leaf) => stores.ledger.intend(await current(lease), attempt, leaf),
      // Even a row that somebody else has closed counts as moved.
      move: async (lease, attempt, move, ...rest) =>
        stores.ledger.move(await current(lease), attempt, move, ...rest).catch(() => ({ ...attempt, state: move.to })),
    },
    leasedRuns: { ...stores.leasedRuns, heartbeat: () => Promise.resolve() },
  }
}
