import { VendorBusyError, VendorRejectedError, VendorUnknownError } from '../../../kernel/vendor-errors.ts'
import { toVendorError } from './slack-errors.ts'
import type { AppError } from '../../../kernel/errors.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Redactor } from '../../../kernel/redactor.ts'
import type { SlackTransport } from './slack-transport.ts'
import type { Telemetry } from '../../../ports/telemetry.ts'
import type { webApi } from '@slack/bolt'
import type { z } from 'zod'

/** The web client that Bolt brings, with our transport, our deadlines and our errors. Retries are the outbox's. */
export interface SlackApi {
  call<Answer>(
    method: string,
    args: Record<string, unknown>,
    answer: z.ZodType<Answer>,
    signal: AbortSignal,
    /** The channel in whose workspace it is asked, where the arguments name none. */
    near?: string,
  ): Promise<Answer>
}

export function createSlackApi(
  client: webApi.WebClient,
  transport: SlackTransport,
  tools: { readonly telemetry: Telemetry; readonly clock: Clock; readonly redact?: Redactor },
): SlackApi {
  const observe = (outcome: string, startedAtMs: number) => {
    const seconds = (tools.clock.monotonicMs() - startedAtMs) / 1000
    tools.telemetry.observeSeconds('vendor_request', { vendor: 'slack', outcome }, seconds)
  }
  const redact: Redactor = tools.redact ?? ((value) => value)
  return {
    call: async (method, args, answer, signal) => {
      const startedAtMs = tools.clock.monotonicMs()
      let result: unknown
      try {
        result = await transport.withSignal(signal, () => client.apiCall(method, redact(args)))
      } catch (error) {
        const translated = toVendorError(error)
        observe(outcomeOf(translated), startedAtMs)
        throw translated
      }
      observe('done', startedAtMs)
      const parsed = answer.safeParse(result)
      if (parsed.success) return parsed.data
      throw new VendorUnknownError('Slack', `its answer to ${method} lacks what it promises`, { cause: parsed.error })
    },
  }
}

function outcomeOf(error: AppError): string {
  if (error instanceof VendorBusyError) return 'busy'
  return error instanceof VendorRejectedError ? 'rejected' : 'unknown'
}
