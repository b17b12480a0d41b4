import { RefusedError } from '../../kernel/errors.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { parseInvoke } from './parse-invoke.ts'
import { toInvokeResult } from './invoke-result.ts'
import type { TargetState } from '../../domain/action.ts'
import type { EffectContext } from '../../ports/action-runner.ts'
import type { ActionModule } from '../action-module.ts'
import type { Invoke } from './parse-invoke.ts'
import type { Invocation, LambdaApi } from './lambda-api.ts'

/**
 * `lambda/invoke`. Lambda can neither be told that two requests are one nor be asked what became of one: the step is
 * opaque, unless the playbook says that the function itself does nothing twice under one `idempotencyKey`.
 */
export function createInvokeAction(lambda: LambdaApi): ActionModule {
  return {
    name: 'lambda/invoke',
    describe: (args) => {
      const invoke = parseInvoke(args)
      return {
        target: {
          system: 'lambda',
          resource: `${invoke.functionName}:${invoke.qualifier}`,
          lockKey: `lambda:${invoke.functionName}`,
        },
        crashClass: invoke.isIdempotent ? 'idempotent' : 'opaque',
        isVerification: false,
        // Lambda compares nothing with an invocation, so an alias that moves meanwhile would be followed unseen.
        looksAgain: true,
        effects: ['main'],
        callTimeoutMs: lambda.callTimeoutMs,
      }
    },
    readState: (args, signal) => readFunction(lambda, parseInvoke(args), signal),
    perform: async (args, _before, context) => {
      const invoke = parseInvoke(args)
      return toInvokeResult(await lambda.invoke(toInvocation(invoke, context), context.signal), invoke)
    },
    poll: async () => ({ outcome: 'unknown', detail: 'Lambda cannot be asked how far an invocation is.' }),
    reconcile: async (args, attempt) => {
      const invoke = parseInvoke(args)
      if (invoke.isIdempotent) {
        return {
          found: 'not_executed',
          detail: `${invoke.functionName} is declared to do nothing twice under one key, so it may be sent again under ${attempt.idempotencyKey}.`,
        }
      }
      return {
        found: 'unknown',
        detail: `Lambda cannot be asked what became of an invocation. Look for ${attempt.idempotencyKey} in the logs of ${invoke.functionName}, then settle the step.`,
      }
    },
  }
}

/** The convention by which functions recognise a repeated request (CONNECTORS C.2). */
function toInvocation(invoke: Invoke, context: EffectContext): Invocation {
  const payload = {
    idempotencyKey: context.idempotencyKey,
    incidentId: context.incidentId,
    requestedBy: context.requestedBy,
    approvedBy: context.approvedBy,
    dryRun: false,
    params: invoke.params,
  }
  const custom = JSON.stringify({ custom: { idempotencyKey: context.idempotencyKey } })
  return {
    functionName: invoke.functionName,
    qualifier: invoke.qualifier,
    mode: invoke.mode,
    payload: Buffer.from(JSON.stringify(payload)),
    // Lambda passes a client context to synchronous invocations only.
    clientContext: invoke.mode === 'request' ? Buffer.from(custom).toString('base64') : null,
  }
}

/**
 * What the qualifier points to now, so that a moved alias voids the approval. The least permission is to invoke only;
 * where the configuration may not be read, nothing can be compared, and the state says so.
 */
async function readFunction(lambda: LambdaApi, invoke: Invoke, signal: AbortSignal): Promise<TargetState> {
  const named = { function: invoke.functionName, qualifier: invoke.qualifier }
  try {
    const found = await lambda.describeFunction(invoke.functionName, invoke.qualifier, signal)
    return { ...named, version: found.Version ?? null, codeSha256: found.CodeSha256 ?? null }
  } catch (cause) {
    if (!(cause instanceof VendorRejectedError)) throw cause
    if (cause.vendorCode === 'ResourceNotFoundException') {
      throw new RefusedError(
        'function_missing',
        `AWS Lambda has no ${invoke.functionName}:${invoke.qualifier} in this account and region. Check the name and the alias.`,
        { cause },
      )
    }
    return { ...named, version: null, codeSha256: null }
  }
}
