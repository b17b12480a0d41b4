import { openDeadline } from '../kernel/deadline.ts'
import { RefusedError } from '../kernel/errors.ts'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../kernel/vendor-errors.ts'
import type { ActionInput, ActionName, ActionResult } from '../domain/action.ts'
import type { ActionRunner, EffectContext, ReconcileAnswer } from '../ports/action-runner.ts'
import { watch } from './shared/watch.ts'
import type { ActionModule } from './action-module.ts'

const RETRY_UNREACHABLE_MS = 2_000
const POLL_AGAIN_MS = 2_000

/**
 * All actions behind the one port. What a module throws becomes the outcome it proves: refused and unreachable mean
 * that nothing was done, everything that is not known to be harmless means that nobody knows. A read that fails while
 * polling or reconciling proves nothing either way.
 */
export function createActionRunner(modules: readonly ActionModule[]): ActionRunner {
  const byName = new Map(modules.map((module) => [module.name, module]))
  if (byName.size !== modules.length) throw new TypeError('Two modules offer the same action.')
  const available: readonly ActionName[] = [...byName.keys()].sort()

  function find(input: ActionInput): ActionModule {
    const module = byName.get(input.uses)
    if (module === undefined) {
      throw new RefusedError(
        'action_unavailable',
        `${input.uses} cannot run here: its connector is not configured. Run "countersign doctor" to see what is missing.`,
      )
    }
    return module
  }

  return {
    available,
    describe: (input) => find(input).describe(input.with),
    readState: async (input, signal) => find(input).readState(input.with, signal),
    perform: async (input, before, context) => {
      try {
        const module = find(input)
        const { callTimeoutMs } = module.describe(input.with)
        return await withDeadline(context, callTimeoutMs, (bounded) => module.perform(input.with, before, bounded))
      } catch (cause) {
        return resultOfFailure(cause)
      }
    },
    poll: async (input, handle, context) => {
      try {
        const module = find(input)
        const { callTimeoutMs } = module.describe(input.with)
        return await withDeadline(context, callTimeoutMs, (bounded) => module.poll(input.with, handle, bounded))
      } catch (cause) {
        // Asking failed; what was asked about goes on. The step's own deadline ends the asking.
        return { outcome: 'pending', detail: messageOf(cause), handle, pollAfterMs: POLL_AGAIN_MS }
      }
    },
    reconcile: async (input, attempt, context): Promise<ReconcileAnswer> => {
      try {
        const module = find(input)
        const { callTimeoutMs } = module.describe(input.with)
        return await withDeadline(context, callTimeoutMs, (bounded) => module.reconcile(input.with, attempt, bounded))
      } catch (cause) {
        return { found: 'unknown', detail: messageOf(cause) }
      }
    },
  }
}

async function withDeadline<Answer>(
  context: EffectContext,
  timeoutMs: number,
  ask: (bounded: EffectContext) => Promise<Answer>,
): Promise<Answer> {
  const deadline = openDeadline(watch, timeoutMs, context.signal)
  try {
    return await ask({ ...context, signal: deadline.signal })
  } finally {
    deadline.end()
  }
}

function resultOfFailure(cause: unknown): ActionResult {
  const detail = messageOf(cause)
  if (cause instanceof VendorBusyError) {
    return { outcome: 'not_executed', detail, retryAfterMs: cause.retryAfterMs }
  }
  if (cause instanceof VendorUnreachableError) {
    return { outcome: 'not_executed', detail, retryAfterMs: RETRY_UNREACHABLE_MS }
  }
  if (cause instanceof VendorRejectedError || cause instanceof RefusedError) {
    return { outcome: 'not_executed', detail, retryAfterMs: null }
  }
  if (cause instanceof VendorUnknownError) return { outcome: 'unknown', detail }
  return { outcome: 'unknown', detail: `The action broke off (${detail}); ask the target before doing anything again.` }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given'
}
