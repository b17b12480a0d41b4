import { z } from 'zod'
import { describeDuration } from '../../kernel/duration.ts'
import { Duration } from '../shared/duration-argument.ts'
import { readUntil } from '../shared/read-until.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { ActionModule } from '../action-module.ts'

const Arguments = z.strictObject({ for: Duration })

const LONGEST_NAP_MS = 5_000

/** `wait`: nothing but time passes. The end of the wait is in the handle, so a restart does not begin it anew. */
export function createWaitAction(clock: Clock): ActionModule {
  const read = (args: Parameters<ActionModule['describe']>[0]) => parseArguments('wait', Arguments, args).for

  function look(untilMs: number): ActionResult {
    const leftMs = untilMs - clock.now().getTime()
    if (leftMs <= 0) return { outcome: 'done', detail: 'The wait is over.', output: {}, after: null }
    return {
      outcome: 'pending',
      detail: `Waits ${describeDuration(leftMs)} more.`,
      handle: { until: new Date(untilMs).toISOString() },
      pollAfterMs: Math.min(leftMs, LONGEST_NAP_MS),
    }
  }

  return {
    name: 'wait',
    describe: (args) => {
      read(args)
      return {
        target: { system: 'clock', resource: 'time', lockKey: null },
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
    perform: async (args) => look(clock.now().getTime() + read(args)),
    poll: async (args, handle) => {
      return look(readUntil(handle) ?? clock.now().getTime() + read(args))
    },
    reconcile: async () => ({ found: 'not_executed', detail: 'Waiting has no effect; it may begin again.' }),
  }
}
