import { AppError } from '../../kernel/errors.ts'
import { createAliasAction } from './alias-action.ts'
import { createPreviewer } from './create-previewer.ts'
import { createInvokeAction } from './invoke-action.ts'
import { LambdaApi } from './lambda-api.ts'
import { splitQualifier } from './split-qualifier.ts'
import type { ActionModule } from '../action-module.ts'
import type { ActionPreviewer } from '../../ports/action-previewer.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { LambdaOptions } from './lambda-api.ts'

export interface Lambda {
  readonly actions: readonly ActionModule[]
  readonly previewer: ActionPreviewer
  /** `functions` are those of the catalog, `name` or `name:alias`. */
  checkHealth(functions: readonly string[], signal: AbortSignal): Promise<ConnectorHealth>
}

export function createLambda(options: LambdaOptions = {}): Lambda {
  const api = new LambdaApi(options)
  return {
    actions: [createInvokeAction(api), createAliasAction(api)],
    previewer: createPreviewer(api),
    checkHealth: (functions, signal) => checkLambda(api, functions, signal),
  }
}

/** A rehearsal tests exactly the permission that an invocation needs, and runs nothing. */
async function checkLambda(
  api: LambdaApi,
  functions: readonly string[],
  signal: AbortSignal,
): Promise<ConnectorHealth> {
  const problems: string[] = []
  for (const name of functions) {
    const { functionName, qualifier } = splitQualifier(name)
    const payload = new Uint8Array()
    try {
      await api.invoke(
        { functionName, qualifier: qualifier ?? '$LATEST', mode: 'rehearsal', payload, clientContext: null },
        signal,
      )
    } catch (cause) {
      problems.push(`${name}: ${cause instanceof AppError ? cause.message : 'it could not be asked'}`)
    }
  }
  if (problems.length === 0) {
    return { ok: true, detail: `AWS Lambda lets us invoke ${functions.length} function(s).`, remedy: '' }
  }
  return {
    ok: false,
    detail: problems.join(' '),
    remedy: 'Allow lambda:InvokeFunction on each function and alias, and check AWS_REGION and the credentials.',
  }
}
