import { AppError } from '../../../kernel/errors.ts'
import { SlackTransportError } from './slack-transport.ts'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../../kernel/vendor-errors.ts'
import { z } from 'zod'

/** Slack's own words for "some of it may have happened". */
const UNSURE_CODES: readonly string[] = ['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable']
const BUSY_CODES: readonly string[] = ['ratelimited', 'rate_limited', 'message_limit_exceeded']
const DEFAULT_WAIT_SECONDS = 30

const PlatformError = z.object({
  code: z.literal('slack_webapi_platform_error'),
  data: z.object({
    error: z.string(),
    needed: z.string().optional(),
    response_metadata: z
      .object({ messages: z.array(z.string()).optional(), retryAfter: z.number().optional() })
      .optional(),
  }),
})
const RateLimited = z.object({ code: z.literal('slack_webapi_rate_limited_error'), retryAfter: z.number() })
const HttpError = z.object({ code: z.literal('slack_webapi_http_error'), statusCode: z.number() })
const RequestError = z.object({ code: z.literal('slack_webapi_request_error'), original: z.unknown() })

/** An error of Slack's client in our words; what matters is whether the request can have had its effect. */
export function toVendorError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const limited = RateLimited.safeParse(error)
  if (limited.success) return busy(limited.data.retryAfter, error)
  const platform = PlatformError.safeParse(error)
  if (platform.success) return fromPlatform(platform.data.data, error)
  const http = HttpError.safeParse(error)
  if (http.success) return fromStatus(http.data.statusCode, error)
  const request = RequestError.safeParse(error)
  return fromTransport(request.success ? request.data.original : error)
}

function busy(seconds: number, cause: unknown): AppError {
  return new VendorBusyError('Slack', Math.max(1, seconds) * 1000, { cause })
}

function fromPlatform(data: z.infer<typeof PlatformError>['data'], cause: unknown): AppError {
  // Anything else than a code is an answer of something between us and Slack.
  const code = /^[a-z0-9_]{1,80}$/.test(data.error) ? data.error : undefined
  if (code === undefined) return new VendorUnknownError('Slack', 'it answered what is not Slack’s JSON', { cause })
  if (BUSY_CODES.includes(code)) return busy(data.response_metadata?.retryAfter ?? DEFAULT_WAIT_SECONDS, cause)
  if (UNSURE_CODES.includes(code)) return new VendorUnknownError('Slack', `it answered ${code}`, { cause })
  const needed = data.needed === undefined ? [] : [`scope needed: ${data.needed.slice(0, 100)}`]
  const messages = (data.response_metadata?.messages ?? []).slice(0, 3).map((message) => message.slice(0, 200))
  const detail = [remedyOf(code), ...needed, ...messages].filter((part) => part !== '').join(' ')
  return new VendorRejectedError('Slack', 200, code, detail, { cause })
}

const REMEDIES: Readonly<Record<string, string>> = {
  channel_not_found: 'Check the channel id, and invite the bot with /invite.',
  not_in_channel: 'Invite the bot to the channel with /invite.',
  is_archived: 'The channel is archived: name another one in countersign.yaml.',
  invalid_auth: 'Check SLACK_BOT_TOKEN.',
  token_revoked: 'Install the app again and set SLACK_BOT_TOKEN.',
  account_inactive: 'The app was removed: install it again and set SLACK_BOT_TOKEN.',
  missing_scope: 'Add the scope to the app and install it again.',
  expired_trigger_id: 'The form was opened too late: press the button again.',
}

function remedyOf(code: string): string {
  return REMEDIES[code] ?? 'See Slack’s documentation of this code.'
}

function fromStatus(status: number, cause: unknown): AppError {
  const isRefused = status >= 400 && status < 500 && status !== 408
  return isRefused
    ? new VendorRejectedError('Slack', status, 'http_error', 'Check SLACK_API_URL and what stands in between.', {
        cause,
      })
    : new VendorUnknownError('Slack', `it answered ${String(status)}`, { cause })
}

function fromTransport(cause: unknown): AppError {
  if (!(cause instanceof SlackTransportError)) {
    return new VendorUnknownError('Slack', cause instanceof Error ? cause.message : 'no answer', { cause })
  }
  return cause.wasSent
    ? new VendorUnknownError('Slack', cause.message, { cause })
    : new VendorUnreachableError('Slack', cause.message, { cause })
}
