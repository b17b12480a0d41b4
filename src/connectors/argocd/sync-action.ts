import { z } from 'zod'
import { parseArguments } from '../shared/parse-arguments.ts'
import { AppName, lockKeyOf, toAppReference } from './app-name.ts'
import { shortRevision, stateOf } from './application-state.ts'
import { footprintOf, readFootprint, STEP_INFO } from './footprint.ts'
import { isFailedPrecondition, pendingResult, pollResult, reconcileAnswer, refusedResult } from './operation-result.ts'
import { callTimeoutOf } from './argocd-context.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { EffectContext } from '../../ports/action-runner.ts'
import type { ActionModule } from '../action-module.ts'
import type { AppReference } from './app-name.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { Footprint } from './footprint.ts'
import type { OperationKind } from './operation-result.ts'
import type { Application } from './schema.ts'

const Resource = z.strictObject({
  group: z.string().default(''),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
})

const Arguments = z.strictObject({
  app: AppName,
  revision: z.string().min(1).max(256).optional(),
  prune: z.boolean().default(false),
  resources: z.array(Resource).min(1).max(100).optional(),
})

interface Sync {
  readonly app: AppReference
  readonly revision: string | null
  readonly prune: boolean
  readonly resources: readonly z.infer<typeof Resource>[] | null
}

/** `argocd/sync`. The request carries our key as an info, by which the operation is found again. */
export function createSyncAction(argocd: ArgoCdContext): ActionModule {
  const read = (args: JsonObject): Sync => parseSync(args, argocd)

  return {
    name: 'argocd/sync',
    describe: (args) => {
      const { app } = read(args)
      return {
        target: { system: 'argocd', resource: app.name, lockKey: lockKeyOf(app) },
        crashClass: 'queryable',
        isVerification: false,
        effects: ['main'],
        callTimeoutMs: callTimeoutOf(argocd),
      }
    },
    readState: async (args, signal) => {
      const { application, footprint } = await look(argocd, read(args), signal)
      return stateOf(application, footprint)
    },
    perform: async (args, before, context) => {
      const sync = read(args)
      const recorded = readFootprint(before?.['mark'] as JsonObject | undefined)
      const footprint = recorded ?? (await look(argocd, sync, context.signal)).footprint
      return performSync(argocd, sync, { ...footprint, stepKey: context.idempotencyKey }, context)
    },
    poll: async (args, handle, context) => {
      const sync = read(args)
      const footprint = readFootprint(handle)
      if (footprint === null) return { outcome: 'unknown', detail: 'The ledger lost the handle of this sync.' }
      const application = await argocd.client.getApplication(sync.app, context.signal)
      return pollResult(application, footprint, kindOf(argocd, sync))
    },
    reconcile: async (args, attempt, context) => {
      const sync = read(args)
      const recorded =
        readFootprint(attempt.handle) ?? readFootprint(attempt.before?.['mark'] as JsonObject | undefined)
      const application = await argocd.client.getApplication(sync.app, context.signal)
      if (recorded === null) {
        return {
          found: 'unknown',
          detail: 'Nothing is on record of the app before the request. Look at it in Argo CD.',
        }
      }
      return reconcileAnswer(application, { ...recorded, stepKey: attempt.idempotencyKey }, kindOf(argocd, sync))
    },
  }
}

function parseSync(args: JsonObject, argocd: ArgoCdContext): Sync {
  const parsed = parseArguments('argocd/sync', Arguments, args)
  return {
    app: toAppReference(parsed.app, argocd.projectOf),
    revision: parsed.revision ?? null,
    prune: parsed.prune,
    resources: parsed.resources ?? null,
  }
}

async function look(
  argocd: ArgoCdContext,
  sync: Sync,
  signal: AbortSignal,
): Promise<{ readonly application: Application; readonly footprint: Footprint }> {
  const [application, account] = await Promise.all([
    argocd.client.getApplication(sync.app, signal),
    argocd.client.findAccount(signal),
  ])
  // The stamp is the key of the effect, which is not known before the intent.
  return { application, footprint: footprintOf(application, { account, revision: sync.revision, stepKey: null }) }
}

async function performSync(
  argocd: ArgoCdContext,
  sync: Sync,
  footprint: Footprint,
  context: EffectContext,
): Promise<ActionResult> {
  const kind = kindOf(argocd, sync)
  const infos = [
    { name: STEP_INFO, value: context.idempotencyKey },
    { name: 'countersign-incident', value: context.incidentId },
  ]
  const request = { revision: sync.revision, prune: sync.prune, resources: resourcesOf(sync), infos }
  try {
    await argocd.client.requestSync(sync.app, request, context.signal)
    return pendingResult(footprint, 'Argo CD has accepted the sync', kind.pollMs)
  } catch (cause) {
    if (!isFailedPrecondition(cause)) throw cause
    const application = await argocd.client.getApplication(sync.app, context.signal)
    return refusedResult(cause, application, footprint, kind)
  }
}

function resourcesOf(sync: Sync): readonly JsonObject[] | null {
  return (
    sync.resources?.map(({ group, kind, name, namespace }) => ({
      group,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    })) ?? null
  )
}

function kindOf(argocd: ArgoCdContext, sync: Sync): OperationKind {
  const to = sync.revision === null ? 'the revision it tracks' : shortRevision(sync.revision)
  // Only a whole sync to what the app tracks can end as Synced; one to another revision or of a few resources cannot.
  const synced = sync.revision === null && sync.resources === null
  return { did: `synced ${sync.app.name} to ${to}`, wants: { synced }, pollMs: argocd.pollMs }
}
