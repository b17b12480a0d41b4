import { z } from 'zod'
import { RefusedError, StaleError } from '../../../src/kernel/errors.ts'
import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { RACING_PEOPLE, RacerOrder } from './racer-orders.ts'
import type { Stores } from '../../../src/ports/stores.ts'

/** A replica in a process of its own, in which people press and runs are carried out, as it is told. */
export const RacerConfig = z.object({
  databaseUrl: z.string(),
  targetUrl: z.string(),
  /** The guard taken out: the row is read and not locked, and what was decided is written when the parent says so. */
  isUnguarded: z.boolean(),
})
export type RacerConfig = z.infer<typeof RacerConfig>

const config = RacerConfig.parse(JSON.parse(process.env['COUNTERSIGN_TEST_RACER'] ?? 'null'))
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

let goOn: () => void = () => undefined
const { deps } = await openReplica({
  url: config.databaseUrl,
  actions: createCountingActions(config.targetUrl, { callTimeoutMs: 20_000 }),
  settings: { leaseMs: 60_000, inflightWindowMs: 50 },
  people: () => RACING_PEOPLE,
  maxConnections: 5,
  ...(config.isUnguarded ? { stores: withoutRowLock } : {}),
})

process.on('message', (message) => {
  const order = RacerOrder.parse(message)
  if (order.does === 'go on') {
    goOn()
    return
  }
  void carryOut(order)
    .catch((error: unknown) => {
      if (error instanceof RefusedError || error instanceof StaleError) return error.code
      return `broke: ${String(error)}`
    })
    .then((outcome) => process.send?.({ id: order.id, outcome }))
})
process.send?.({ id: 0, outcome: 'ready' })

async function carryOut({ does, personId, proposalId, incidentId, planHash }: RacerOrder): Promise<string> {
  switch (does) {
    case 'approve':
    case 'reject': {
      const said = { personId, decision: does, planHash, reason: 'no', origin: 'slack' } as const
      return (await recordDecision(deps, { proposalId, incidentId, ...said })).outcome
    }
    case 'withdraw':
      return `taken back, ${(await withdrawDecision(deps, { proposalId, personId, origin: 'teams' })).proposal.state}`
    case 'advance':
    case 'go on': {
      const runs = await deps.stores.runs.listByIncident(incidentId)
      const idle = new AbortController().signal
      for (const { id } of runs) await advanceRun(deps, { runId: id }, idle)
      return 'advanced'
    }
  }
}

function withoutRowLock(stores: Stores): Stores {
  return {
    ...stores,
    proposals: {
      ...stores.proposals,
      lock: async (id) => {
        const proposal = await stores.proposals.find(id)
        return proposal === undefined ? undefined : { proposal, isExpired: false, now: new Date() }
      },
      move: async (...args) => {
        const told = new Promise<void>((resolve) => (goOn = resolve))
        process.send?.({ id: 0, outcome: 'holds' })
        await told
        return stores.proposals.move(...args)
      },
    },
  }
}
