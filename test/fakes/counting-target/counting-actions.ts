import { z } from 'zod'
import type { ActionName, ActionResult, CrashClass } from '../../../src/domain/action.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { ActionRunner, EffectContext, ReconcileAnswer } from '../../../src/ports/action-runner.ts'
import { createApprovalAction } from '../../../src/connectors/people/approval-action.ts'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import type { ActionModule } from '../../../src/connectors/action-module.ts'
import { parseArguments } from '../../../src/connectors/shared/parse-arguments.ts'
import { sendRequest } from '../../../src/connectors/shared/http-request.ts'

const Arguments = z.object({
  resource: z.string(),
  to: z.string().optional(),
  /** Accepted first and finished after some polls. */
  slow: z.boolean().optional(),
  autoSync: z.literal('suspend').optional(),
  text: z.string().optional(),
})
type Arguments = z.infer<typeof Arguments>

export interface CountingActionsOptions {
  readonly callTimeoutMs?: number
  readonly pollAfterMs?: number
  /** Those look again that do in the product, whose target takes no precondition. */
  readonly looksAgain?: true
}

interface Kind {
  readonly name: ActionName
  readonly path: 'keyed' | 'queryable' | 'opaque'
  readonly crashClass: CrashClass
  readonly looksAgain: boolean
}

/** Names of real actions, one for each crash class, so that plans and ledger look as they do in the product. */
const KINDS: readonly Kind[] = [
  { name: 'pagerduty/note', path: 'keyed', crashClass: 'idempotent', looksAgain: false },
  { name: 'argocd/sync', path: 'queryable', crashClass: 'queryable', looksAgain: true },
  { name: 'argocd/rollback', path: 'queryable', crashClass: 'queryable', looksAgain: true },
  { name: 'lambda/invoke', path: 'opaque', crashClass: 'opaque', looksAgain: true },
]

/** The counting target behind the product's own action runner and its own HTTP client. */
export function createCountingActions(url: string, options: CountingActionsOptions = {}): ActionRunner {
  const client = createClient(url, options.callTimeoutMs ?? 2_000)
  return createActionRunner([
    ...KINDS.map((kind) => {
      const action = effectModule(kind, client, options.pollAfterMs ?? 5)
      return options.looksAgain === true && kind.looksAgain ? lookAgain(action) : action
    }),
    checkModule(client, options.pollAfterMs ?? 5),
    createApprovalAction(),
  ])
}

function lookAgain(action: ActionModule): ActionModule {
  return { ...action, describe: (args) => ({ ...action.describe(args), looksAgain: true }) }
}

function createClient(url: string, timeoutMs: number) {
  const request = async (method: 'GET' | 'POST', path: string, signal: AbortSignal, body?: object, key?: string) => {
    const { bytes } = await sendRequest({
      vendor: 'The counting target',
      method,
      url: `${url}${path}`,
      timeoutMs,
      signal,
      effect: method === 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    })
    return JSON.parse(bytes.toString('utf8')) as JsonObject
  }
  return { timeoutMs, request }
}
type Client = ReturnType<typeof createClient>

function effectModule(kind: Kind, client: Client, pollAfterMs: number): ActionModule {
  const read = (args: JsonObject): Arguments => parseArguments(kind.name, Arguments, args)
  const system = kind.name.split('/')[0] as 'argocd'
  return {
    name: kind.name,
    describe: (args) => {
      const { resource, autoSync } = read(args)
      return {
        target: { system, resource, lockKey: `${system}:${resource}` },
        crashClass: kind.crashClass,
        isVerification: false,
        effects: autoSync === 'suspend' ? ['suspend', 'main'] : ['main'],
        callTimeoutMs: client.timeoutMs,
      }
    },
    readState: (args, signal) => client.request('GET', `/state?resource=${read(args).resource}`, signal),
    perform: async (args, _before, context) => {
      const { resource, to, slow } = read(args)
      const body = { resource, ...(to === undefined || context.effect === 'suspend' ? {} : { to }) }
      const answer = await client.request('POST', `/${kind.path}`, context.signal, body, context.idempotencyKey)
      if (slow !== true) return { outcome: 'done', detail: 'did it', output: answer, after: answer }
      const handle = { key: context.idempotencyKey, after: answer }
      return { outcome: 'pending', detail: 'accepted it', handle, pollAfterMs }
    },
    poll: async (_args, handle, context): Promise<ActionResult> => {
      const { isDone } = await client.request('GET', `/operations?key=${handle['key'] as string}`, context.signal)
      return isDone === true
        ? { outcome: 'done', detail: 'finished it', output: {}, after: (handle['after'] ?? null) as JsonObject | null }
        : { outcome: 'pending', detail: 'is at it', handle, pollAfterMs }
    },
    reconcile: (args, _attempt, context) => ask(client, read(args), context),
  }
}

async function ask(client: Client, { resource }: Arguments, context: EffectContext): Promise<ReconcileAnswer> {
  const { count } = await client.request('GET', `/effects?key=${context.idempotencyKey}`, context.signal)
  if (count === 0) return { found: 'not_executed', detail: 'the target has not seen it' }
  const after = await client.request('GET', `/state?resource=${resource}`, context.signal)
  return { found: 'executed', result: { outcome: 'done', detail: 'the target has done it', output: {}, after } }
}

function checkModule(client: Client, pollAfterMs: number): ActionModule {
  const look = async (args: JsonObject, signal: AbortSignal): Promise<ActionResult> => {
    const { resource } = parseArguments('prometheus/assert', Arguments, args)
    const { verdict } = await client.request('GET', `/checks?resource=${resource}`, signal)
    if (verdict === 'holds') return { outcome: 'done', detail: 'it holds', output: {}, after: null }
    if (verdict === 'fails') return { outcome: 'failed', detail: 'it does not hold', output: {}, after: null }
    return { outcome: 'pending', detail: 'it is not decided', handle: { resource }, pollAfterMs }
  }
  return {
    name: 'prometheus/assert',
    describe: (args) => ({
      target: { system: 'prometheus', resource: args['resource'] as string, lockKey: null },
      crashClass: 'idempotent',
      isVerification: true,
      effects: ['main'],
      callTimeoutMs: client.timeoutMs,
    }),
    readState: () => Promise.resolve(null),
    perform: (args, _before, context) => look(args, context.signal),
    poll: (args, _handle, context) => look(args, context.signal),
    reconcile: () => Promise.resolve({ found: 'not_executed', detail: 'a check has no effect' }),
  }
}
