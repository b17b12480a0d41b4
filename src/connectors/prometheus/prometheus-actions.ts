import { describeDuration } from '../../kernel/duration.ts'
import { VendorBusyError, VendorRejectedError, VendorUnreachableError } from '../../kernel/vendor-errors.ts'
import { lastBreak, look, newWatch, noteSight, readWatch } from './watch-value.ts'
import { parseAssertArguments } from './assert-arguments.ts'
import type { ActionModule } from '../action-module.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { AssertArguments } from './assert-arguments.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Metrics } from '../../ports/metrics.ts'
import type { Watch } from './watch-value.ts'

const SHORTEST_POLL_MS = 500
const LONGEST_POLL_MS = 10_000
// Two queries of eight seconds each, and some room.
const CALL_TIMEOUT_MS = 20_000

/**
 * `prometheus/assert`: the value must hold continuously for `for`, within `within` (without it: until the step's
 * timeout). Every series of the answer must hold; no data is no success. Between two looks the result is `pending`.
 */
export function prometheusActions(metrics: Metrics, clock: Clock): readonly ActionModule[] {
  return [
    {
      name: 'prometheus/assert',
      describe: (args) => ({
        target: { system: 'prometheus', resource: parseAssertArguments(args).query, lockKey: null },
        crashClass: 'idempotent',
        isVerification: true,
        effects: ['main'],
        callTimeoutMs: CALL_TIMEOUT_MS,
      }),
      readState: async () => null,
      perform: (args, _before, context) => {
        const watch = newWatch(clock.now().getTime())
        return step(metrics, clock, parseAssertArguments(args), watch, context.signal)
      },
      poll: (args, handle, context) => {
        const watch = readWatch(handle, clock.now().getTime())
        return step(metrics, clock, parseAssertArguments(args), watch, context.signal)
      },
      reconcile: async () => ({ found: 'not_executed', detail: 'A check changes nothing; it is looked at again.' }),
    },
  ]
}

async function step(
  metrics: Metrics,
  clock: Clock,
  args: AssertArguments,
  watch: Watch,
  signal: AbortSignal,
): Promise<ActionResult> {
  try {
    const seen = await observe(metrics, args, watch, signal)
    return conclude(args, seen, clock.now().getTime())
  } catch (cause) {
    if (cause instanceof VendorRejectedError) {
      return { outcome: 'failed', detail: cause.message, output: { query: args.query }, after: null }
    }
    if (!(cause instanceof VendorUnreachableError) && !(cause instanceof VendorBusyError)) throw cause
    // The streak stays: once Prometheus is back, its own history says whether the value held meanwhile.
    return conclude(args, { ...watch, problem: cause.message }, clock.now().getTime())
  }
}

async function observe(metrics: Metrics, args: AssertArguments, watch: Watch, signal: AbortSignal): Promise<Watch> {
  const sight = look(await metrics.queryInstant(args.query, signal), args)
  if (sight === undefined) return { ...watch, heldSince: null, problem: 'Prometheus has no data for the query' }
  const seen = noteSight(watch, sight)
  if (seen.heldSince === null || !isHeldLongEnough(args, seen) || args.for === 0) return seen
  const stepSeconds = Math.max(1, Math.ceil(args.for / 1000 / 60))
  const from = new Date(seen.heldSince * 1000)
  const between = await metrics.queryRange(args.query, from, new Date(sight.atS * 1000), stepSeconds, signal)
  const broken = lastBreak(between, args)
  if (broken === undefined) return seen
  // It broke between two looks and holds again: the time counts from the first moment after the break.
  return { ...seen, heldSince: Math.min(broken + stepSeconds, sight.atS), longestHeldS: watch.longestHeldS }
}

function isHeldLongEnough(args: AssertArguments, watch: Watch): boolean {
  if (watch.heldSince === null || watch.lastAt === null || watch.problem !== null) return false
  return (watch.lastAt - watch.heldSince) * 1000 >= args.for
}

function conclude(args: AssertArguments, watch: Watch, nowMs: number): ActionResult {
  const output = { query: args.query, value: watch.lastValue, at: isoOf(watch.lastAt) }
  if (isHeldLongEnough(args, watch)) {
    return { outcome: 'done', detail: `${capital(describeWatch(watch))}, ${describeAim(args)}`, output, after: null }
  }
  const waitedMs = nowMs - watch.beganAtMs
  if (args.within !== undefined && waitedMs >= args.within) {
    return { outcome: 'failed', detail: describeFailure(args, watch), output, after: null }
  }
  return {
    outcome: 'pending',
    detail: describeProgress(args, watch),
    handle: { ...watch },
    pollAfterMs: pollDelay(args, watch),
  }
}

function describeAim(args: AssertArguments): string {
  const aims = [
    args.below === undefined ? [] : [`below ${String(args.below)}`],
    args.above === undefined ? [] : [`above ${String(args.above)}`],
    args.equals === undefined ? [] : [`equal to ${String(args.equals)}`],
  ].flat()
  return args.for === 0 ? aims.join(' and ') : `${aims.join(' and ')} for ${describeDuration(args.for)}`
}

function describeWatch(watch: Watch): string {
  if (watch.lastValue === null || watch.lastAt === null) return 'no value was seen'
  return `the value is ${watch.lastValue} at ${clockTime(watch.lastAt)}`
}

function describeProgress(args: AssertArguments, watch: Watch): string {
  const held = watch.heldSince === null || watch.lastAt === null ? 0 : (watch.lastAt - watch.heldSince) * 1000
  const now = watch.problem ?? describeWatch(watch)
  const last = watch.problem === null || watch.lastValue === null ? '' : ` Last seen: ${describeWatch(watch)}.`
  const soFar = watch.problem === null && held > 0 ? `, held for ${describeDuration(held)} so far` : ''
  return `${capital(trimStop(now))}${soFar}; it must be ${describeAim(args)}.${last}`
}

function describeFailure(args: AssertArguments, watch: Watch): string {
  const problem = watch.problem === null ? '' : ` ${capital(trimStop(watch.problem))}.`
  const longest = watch.longestHeldS > 0 ? ` It held for ${describeDuration(watch.longestHeldS * 1000)} at most.` : ''
  const within = args.within === undefined ? '' : ` within ${describeDuration(args.within)}`
  return `Not ${describeAim(args)}${within}: ${describeWatch(watch)}.${longest}${problem}`
}

function pollDelay(args: AssertArguments, watch: Watch): number {
  const usual = Math.min(LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, args.for / 8))
  if (watch.heldSince === null || watch.lastAt === null) return usual
  const leftMs = args.for - (watch.lastAt - watch.heldSince) * 1000
  return Math.max(SHORTEST_POLL_MS, Math.min(usual, leftMs))
}

function isoOf(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString()
}

function clockTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`
}

function trimStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
