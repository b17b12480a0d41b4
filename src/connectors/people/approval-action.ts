import { z } from 'zod'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionModule } from '../action-module.ts'

const Arguments = z.strictObject({ tier: z.int().min(1).max(3), title: z.string().min(1).max(200) })

/** The executor asks people by itself; whoever comes here anyway learns that nothing was sent. */
const NOT_SENT = 'An approval is given by people; there is nothing to send.'

/** `approval`: describes a step behind which stand people and no system, so that a plan with it can be made. */
export function createApprovalAction(): ActionModule {
  const read = (args: Parameters<ActionModule['describe']>[0]) => parseArguments('approval', Arguments, args)
  return {
    name: 'approval',
    describe: (args) => {
      read(args)
      return {
        target: { system: 'people', resource: 'approvers', lockKey: null },
        crashClass: 'idempotent',
        isVerification: true,
        effects: ['main'],
        callTimeoutMs: 1_000,
      }
    },
    readState: async (args) => {
      read(args)
      return null
    },
    perform: async () => ({ outcome: 'not_executed', detail: NOT_SENT, retryAfterMs: null }),
    poll: async () => ({ outcome: 'failed', detail: NOT_SENT, output: {}, after: null }),
    reconcile: async () => ({ found: 'not_executed', detail: NOT_SENT }),
  }
}
