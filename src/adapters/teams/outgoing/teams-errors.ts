import { AppError } from '../../../kernel/errors.ts'
import { TeamsTransportError } from './teams-transport.ts'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../../kernel/vendor-errors.ts'
import { z } from 'zod'
import type { TeamsAnswer } from './teams-transport.ts'

const DEFAULT_WAIT_SECONDS = 5
/** Spread over as much again, so that many messages do not come back at once. */
const LONGEST_WAIT_SECONDS = 3_600

const ErrorBody = z.object({
  error: z.object({ code: z.string().max(200).optional(), message: z.string().optional() }).optional(),
})

/** Microsoft asks to step back on these as well as on 429; the request was not carried out. */
const STEP_BACK: readonly number[] = [412, 429]

/** What an answer other than 2xx means; what matters is whether the request can have had its effect. */
export function errorOfAnswer(answer: TeamsAnswer): AppError {
  const { status } = answer
  if (STEP_BACK.includes(status)) return new VendorBusyError('Teams', waitMs(answer))
  // A gateway that gave up: behind it the post may have been made.
  if (status >= 500 || status === 408) return new VendorUnknownError('Teams', `it answered ${String(status)}`)
  const { code, detail } = describeRefusal(answer)
  return new VendorRejectedError('Teams', status, code, detail)
}

/** An error without an answer, in our words. */
export function errorOfFailure(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof TeamsTransportError) {
    return error.wasSent
      ? new VendorUnknownError('Teams', error.message, { cause: error })
      : new VendorUnreachableError('Teams', error.message, { cause: error })
  }
  return new VendorUnreachableError('Teams', `no token for it: ${shortMessage(error)}`, { cause: error })
}

function waitMs({ headers }: TeamsAnswer): number {
  const asked = Number(headers['retry-after'])
  const seconds = Number.isFinite(asked) && asked > 0 ? Math.min(asked, LONGEST_WAIT_SECONDS) : DEFAULT_WAIT_SECONDS
  return seconds * 1000
}

/** The codes the outbox knows; everything else keeps the vendor's own. */
function describeRefusal({ status, text }: TeamsAnswer): { readonly code: string; readonly detail: string } {
  const given = codeIn(text)
  switch (status) {
    case 401:
      return { code: 'unauthorized', detail: 'Check MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId.' }
    case 403:
      return { code: 'not_installed', detail: 'Install the app in that team or for that person.' }
    case 404:
      if (given?.startsWith('MemberNotFound') === true) {
        return { code: 'member_not_found', detail: 'Nobody of that account is in the conversation.' }
      }
      return { code: 'message_not_found', detail: 'The conversation or message is gone: check the id.' }
    case 413:
      return { code: 'too_large', detail: 'The message is larger than Teams takes.' }
    default:
      return { code: given ?? 'http_error', detail: 'See the Bot Framework’s documentation of this code.' }
  }
}

function codeIn(text: string): string | undefined {
  try {
    const code = ErrorBody.safeParse(JSON.parse(text)).data?.error?.code
    return code !== undefined && /^[A-Za-z0-9_]{1,80}$/.test(code) ? code : undefined
  } catch {
    return undefined
  }
}

/** The token's own service names what is wrong in its first line. */
function shortMessage(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.slice(0, 200) ?? ''
}
