import { z } from 'zod'
import { cleanExcerpt } from '../shared/describe-error-body.ts'
import type { InvokeCommandOutput } from '@aws-sdk/client-lambda'
import type { ActionResult } from '../../domain/action.ts'
import type { Json } from '../../kernel/json.ts'

const LONGEST_RESULT = 8_192

const FunctionFailure = z.object({ errorType: z.string().catch(''), errorMessage: z.string().catch('') })

/** A status of 200 is not success: a function that threw or ran out of time answers so too, with `FunctionError`. */
export function toInvokeResult(
  answer: InvokeCommandOutput,
  invoked: { readonly functionName: string; readonly mode: 'request' | 'event' },
): ActionResult {
  const common = {
    executedVersion: answer.ExecutedVersion ?? null,
    requestId: answer.$metadata.requestId ?? null,
    statusCode: answer.StatusCode ?? null,
  }
  if (answer.FunctionError !== undefined) {
    const failure = FunctionFailure.catch({ errorType: '', errorMessage: '' }).parse(parse(answer.Payload) ?? {})
    const reason = cleanExcerpt(`${failure.errorType} ${failure.errorMessage}`, []) || 'it gave no reason'
    return {
      outcome: 'failed',
      detail: `${invoked.functionName} failed (${cleanExcerpt(answer.FunctionError, [])}): ${reason}. Its own logs say more.`,
      output: { ...common, functionError: answer.FunctionError },
      after: null,
    }
  }
  if (invoked.mode === 'event') {
    const detail = `AWS Lambda has queued the event for ${invoked.functionName}; what becomes of it shows in the function's own logs.`
    return { outcome: 'done', detail, output: { ...common, queued: true }, after: null }
  }
  const detail = `${invoked.functionName} has run${common.executedVersion === null ? '' : ` in version ${common.executedVersion}`}.`
  return { outcome: 'done', detail, output: { ...common, result: resultOf(answer.Payload) }, after: null }
}

function resultOf(payload: Uint8Array | undefined): Json {
  if (payload === undefined || payload.length === 0) return null
  if (payload.length > LONGEST_RESULT) return { truncated: true, bytes: payload.length }
  return parse(payload) ?? null
}

function parse(payload: Uint8Array | undefined): Json | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(payload)) as Json
  } catch {
    return undefined
  }
}
