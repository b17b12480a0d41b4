import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionModule } from '../action-module.ts'
import type { ActionResult, TargetState } from '../../domain/action.ts'
import type { GetAliasCommandOutput } from '@aws-sdk/client-lambda'
import type { JsonObject } from '../../kernel/json.ts'
import type { LambdaApi } from './lambda-api.ts'

const Arguments = z.strictObject({
  function: z
    .string()
    .regex(/^(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,64}$/, 'expected a function'),
  alias: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'expected an alias'),
  version: z.string().regex(/^\d{1,18}$/, 'expected a published version, a number'),
})
type AliasStep = z.infer<typeof Arguments>

/** What the alias looks like; the weights are those of a canary, which pointing it elsewhere ends. */
interface AliasState {
  readonly version: string
  readonly weights: Readonly<Record<string, number>>
  readonly revisionId: string
}

/**
 * `lambda/alias`: points an alias to a version, all of its traffic. Lambda takes the revision that was read and refuses
 * when the alias has moved since, so that a change of somebody else is never overwritten.
 */
export function createAliasAction(lambda: LambdaApi): ActionModule {
  const read = (args: JsonObject) => parseArguments('lambda/alias', Arguments, args)
  const look = async (step: AliasStep, signal: AbortSignal) =>
    aliasOf(await lambda.getAlias(step.function, step.alias, signal))
  return {
    name: 'lambda/alias',
    describe: (args) => {
      const step = read(args)
      return {
        target: { system: 'lambda', resource: `${step.function}:${step.alias}`, lockKey: `lambda:${step.function}` },
        crashClass: 'queryable',
        isVerification: false,
        effects: ['main'],
        callTimeoutMs: lambda.callTimeoutMs * 2,
      }
    },
    readState: async (args, signal) => {
      const step = read(args)
      return stateOf(step, await lookOrRefuse(() => look(step, signal), step))
    },
    perform: async (args, before, context) => {
      const step = read(args)
      const alias = await look(step, context.signal)
      if (pointsTo(alias, step.version)) return pointed(step, alias, 'already')
      const revisionId = revisionOf(before) ?? alias.revisionId
      const change = { functionName: step.function, alias: step.alias, version: step.version, revisionId }
      return pointed(step, aliasOf(await lambda.updateAlias(change, context.signal)), 'now')
    },
    poll: async () => ({ outcome: 'unknown', detail: 'An alias has nothing to wait for.' }),
    reconcile: async (args, attempt, context) => {
      const step = read(args)
      const alias = await look(step, context.signal)
      if (pointsTo(alias, step.version)) return { found: 'executed', result: pointed(step, alias, 'now') }
      if (alias.revisionId === revisionOf(attempt.before)) {
        return { found: 'not_executed', detail: `The alias ${step.alias} is as it was before the request.` }
      }
      const detail = `The alias ${step.alias} points to version ${alias.version} now, which is neither the old state nor ours. Look at it in Lambda.`
      return { found: 'unknown', detail }
    },
  }
}

async function lookOrRefuse(look: () => Promise<AliasState>, step: AliasStep): Promise<AliasState> {
  try {
    return await look()
  } catch (cause) {
    if (!(cause instanceof VendorRejectedError) || cause.status !== 404) throw cause
    const text = `Lambda has no alias ${step.alias} of ${step.function}. Create it, or name another one.`
    throw new RefusedError('no_alias', text, { cause })
  }
}

function aliasOf(answer: GetAliasCommandOutput): AliasState {
  return {
    version: answer.FunctionVersion ?? '',
    weights: answer.RoutingConfig?.AdditionalVersionWeights ?? {},
    revisionId: answer.RevisionId ?? '',
  }
}

function pointsTo(alias: AliasState, version: string): boolean {
  return alias.version === version && Object.keys(alias.weights).length === 0
}

function stateOf(step: AliasStep, alias: AliasState): TargetState {
  return {
    function: step.function,
    alias: step.alias,
    version: alias.version,
    weights: { ...alias.weights },
    mark: { revisionId: alias.revisionId },
  }
}

function revisionOf(before: TargetState | null): string | null {
  const mark = before?.['mark'] as JsonObject | undefined
  const revisionId = mark?.['revisionId']
  return typeof revisionId === 'string' && revisionId !== '' ? revisionId : null
}

function pointed(step: AliasStep, alias: AliasState, when: 'now' | 'already'): ActionResult {
  const detail = `The alias ${step.alias} of ${step.function} points to version ${alias.version} ${when}.`
  return { outcome: 'done', detail, output: { version: alias.version }, after: stateOf(step, alias) }
}
