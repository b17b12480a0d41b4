import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { VendorBusyError, VendorUnreachableError } from '../../kernel/vendor-errors.ts'
import { Duration } from '../shared/duration-argument.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import { readUntil } from '../shared/read-until.ts'
import { sendRequest } from '../shared/http-request.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { ActionModule } from '../action-module.ts'
import type { AddressGuard } from './address-guard.ts'

const Arguments = z.strictObject({
  url: z.string().max(2_000),
  status: z.int().min(100).max(599).default(200),
  within: Duration.optional(),
})

const CALL_TIMEOUT_MS = 10_000
const LOOK_AGAIN_MS = 2_000

interface Check {
  readonly url: URL
  readonly status: number
  readonly withinMs: number
}

/**
 * `http/check`: does the address answer with the status? Without `within` one look decides; with it the check goes on
 * until it passes or the time is over. Redirects are answers like any other and are not followed.
 */
export function createHttpCheckAction(guard: AddressGuard, clock: Clock): ActionModule {
  const read = (args: JsonObject): Check => {
    const { url, status, within } = parseArguments('http/check', Arguments, args)
    if (!URL.canParse(url)) throw new RefusedError('arguments_do_not_fit', 'http/check needs a full URL in with.url.')
    return { url: new URL(url), status, withinMs: within ?? 0 }
  }

  async function look(check: Check, untilMs: number, signal: AbortSignal): Promise<ActionResult> {
    const seen = await askOnce(guard, check, signal)
    const at = `${check.url.host}${check.url.pathname}`
    if (seen.status === check.status) {
      const output = { status: seen.status }
      return { outcome: 'done', detail: `${at} answers ${String(check.status)}.`, output, after: null }
    }
    const detail = `${at} ${seen.text}, expected ${String(check.status)}.`
    const leftMs = untilMs - clock.now().getTime()
    if (leftMs <= 0) return { outcome: 'failed', detail, output: { status: seen.status }, after: null }
    const handle = { until: new Date(untilMs).toISOString() }
    return { outcome: 'pending', detail, handle, pollAfterMs: Math.min(leftMs, LOOK_AGAIN_MS) }
  }

  return {
    name: 'http/check',
    describe: (args) => {
      const check = read(args)
      guard.check(check.url)
      return {
        target: { system: 'http', resource: `${check.url.host}${check.url.pathname}`, lockKey: null },
        crashClass: 'idempotent',
        isVerification: true,
        effects: ['main'],
        callTimeoutMs: CALL_TIMEOUT_MS,
      }
    },
    readState: async (args) => {
      guard.check(read(args).url)
      return null
    },
    perform: async (args, _before, context) => {
      const check = read(args)
      return look(check, clock.now().getTime() + check.withinMs, context.signal)
    },
    poll: async (args, handle, context) => {
      return look(read(args), readUntil(handle) ?? clock.now().getTime(), context.signal)
    },
    reconcile: async () => ({ found: 'not_executed', detail: 'Looking has no effect; it may be done again.' }),
  }
}

async function askOnce(
  guard: AddressGuard,
  check: Check,
  signal: AbortSignal,
): Promise<{ readonly status: number | null; readonly text: string }> {
  try {
    const lookup = await guard.pin(check.url)
    const { status } = await sendRequest({
      vendor: check.url.host,
      method: 'GET',
      url: check.url,
      timeoutMs: CALL_TIMEOUT_MS,
      signal,
      effect: false,
      accepts: () => true,
      lookup,
    })
    return { status, text: `answers ${String(status)}` }
  } catch (cause) {
    // No answer is an answer to the question whether the address answers.
    if (cause instanceof VendorUnreachableError || cause instanceof VendorBusyError) {
      return { status: null, text: 'does not answer' }
    }
    throw cause
  }
}
