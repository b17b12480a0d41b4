import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { KNOWN_LATER, KnownLater } from '../shared/known-later.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import { AppName, lockKeyOf, toAppReference } from './app-name.ts'
import { historyOf, isAutoSyncOn, revisionOf, shortRevision, stateOf } from './application-state.ts'
import { footprintOf, readFootprint } from './footprint.ts'
import { isFailedPrecondition, pendingResult, pollResult, reconcileAnswer, refusedResult } from './operation-result.ts'
import { reconcileAutoSync, setAutoSync } from './set-auto-sync.ts'
import { callTimeoutOf } from './argocd-context.ts'
import type { ActionResult, TargetState } from '../../domain/action.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { EffectContext } from '../../ports/action-runner.ts'
import type { ActionModule } from '../action-module.ts'
import type { AppReference } from './app-name.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { Footprint } from './footprint.ts'
import type { OperationKind } from './operation-result.ts'
import type { Application } from './schema.ts'

const Arguments = z.strictObject({
  app: AppName,
  id: z
    .union([
      KnownLater,
      z
        .union([z.string().regex(/^\d{1,15}$/), z.int().nonnegative()], 'expected the id of an entry of the history')
        .transform(Number),
    ])
    .optional(),
  prune: z.boolean().default(false),
  autoSync: z.enum(['refuse', 'suspend']).default('refuse'),
})

interface Rollback {
  readonly app: AppReference
  readonly id: number | typeof KNOWN_LATER
  readonly prune: boolean
  readonly suspends: boolean
}

/**
 * `argocd/rollback`. Argo CD takes no stamp on a rollback, so the state before carries in its mark what a reconcile
 * compares with (history's top, `operationState.startedAt`, our account, the revision asked for). With
 * `autoSync: suspend` there are two effects, each with its own intent: switch auto-sync off, then roll back.
 */
export function createRollbackAction(argocd: ArgoCdContext): ActionModule {
  const read = (args: JsonObject): Rollback => parseRollback(args, argocd)

  return {
    name: 'argocd/rollback',
    describe: (args) => {
      const rollback = read(args)
      return {
        target: { system: 'argocd', resource: rollback.app.name, lockKey: lockKeyOf(rollback.app) },
        crashClass: 'queryable',
        isVerification: false,
        effects: rollback.suspends ? ['suspend', 'main'] : ['main'],
        callTimeoutMs: callTimeoutOf(argocd),
      }
    },
    readState: async (args, signal) => {
      const rollback = read(args)
      const { application, footprint } = await look(argocd, rollback, signal)
      if (!rollback.suspends && isAutoSyncOn(application)) throw autoSyncIsOn(rollback.app.name)
      // What the id stands for is part of what is approved; an id that is known later stands for nothing yet.
      const asked = footprint.revision === null ? {} : { rollbackTo: footprint.revision }
      return { ...stateOf(application, footprint), ...asked }
    },
    perform: async (args, before, context) => {
      const rollback = read(args)
      return context.effect === 'suspend'
        ? setAutoSync(argocd.client, rollback.app, false, before?.['autoSync'] === false, context.signal)
        : performRollback(argocd, rollback, before, context)
    },
    poll: async (args, handle, context) => {
      const rollback = read(args)
      const application = await argocd.client.getApplication(rollback.app, context.signal)
      const footprint = readFootprint(handle)
      if (footprint === null) return { outcome: 'unknown', detail: 'The ledger lost the handle of this rollback.' }
      return pollResult(application, footprint, kindOf(argocd, rollback, footprint))
    },
    reconcile: async (args, attempt, context) => {
      const rollback = read(args)
      if (attempt.effect === 'suspend') {
        return reconcileAutoSync(argocd.client, rollback.app, false, context.signal)
      }
      const footprint = readFootprint(attempt.handle) ?? readFootprint(markOf(attempt.before))
      const application = await argocd.client.getApplication(rollback.app, context.signal)
      if (footprint === null) {
        return {
          found: 'unknown',
          detail: 'Nothing is on record of the app before the request. Look at it in Argo CD.',
        }
      }
      return reconcileAnswer(application, footprint, kindOf(argocd, rollback, footprint))
    },
  }
}

function parseRollback(args: JsonObject, argocd: ArgoCdContext): Rollback {
  const parsed = parseArguments('argocd/rollback', Arguments, args)
  if (parsed.id === undefined) {
    throw new RefusedError(
      'argument_missing',
      'argocd/rollback does not know where to go back to: the suspected change names no earlier deploy. Give "id", the id of an entry of the history.',
    )
  }
  return {
    app: toAppReference(parsed.app, argocd.projectOf),
    id: parsed.id,
    prune: parsed.prune,
    suspends: parsed.autoSync === 'suspend',
  }
}

async function look(
  argocd: ArgoCdContext,
  rollback: Rollback,
  signal: AbortSignal,
): Promise<{ readonly application: Application; readonly footprint: Footprint }> {
  const [application, account] = await Promise.all([
    argocd.client.getApplication(rollback.app, signal),
    argocd.client.findAccount(signal),
  ])
  if (rollback.id === KNOWN_LATER) {
    return { application, footprint: footprintOf(application, { account, revision: null, stepKey: null }) }
  }
  const entry = historyOf(application).find((each) => each.id === rollback.id)
  if (entry === undefined) {
    throw new RefusedError(
      'history_entry_missing',
      `Argo CD no longer has entry ${rollback.id} in the history of ${rollback.app.name}: choose another one, or sync to a revision.`,
    )
  }
  return { application, footprint: footprintOf(application, { account, revision: revisionOf(entry), stepKey: null }) }
}

async function performRollback(
  argocd: ArgoCdContext,
  rollback: Rollback,
  before: TargetState | null,
  context: EffectContext,
): Promise<ActionResult> {
  if (rollback.id === KNOWN_LATER) {
    throw new RefusedError('argument_missing', 'The id to roll back to is not known; an earlier step had to give it.')
  }
  const footprint = readFootprint(markOf(before)) ?? (await look(argocd, rollback, context.signal)).footprint
  const kind = kindOf(argocd, rollback, footprint)
  try {
    await argocd.client.requestRollback(rollback.app, rollback.id, rollback.prune, context.signal)
    return pendingResult(footprint, 'Argo CD has accepted the rollback', kind.pollMs)
  } catch (cause) {
    if (!isFailedPrecondition(cause)) throw cause
    const application = await argocd.client.getApplication(rollback.app, context.signal)
    return refusedResult(cause, application, footprint, kind)
  }
}

function kindOf(argocd: ArgoCdContext, rollback: Rollback, footprint: Footprint): OperationKind {
  return {
    did: `rolled ${rollback.app.name} back to ${shortRevision(footprint.revision)}`,
    // A rollback leaves the app out of sync with Git by its nature.
    wants: { synced: false },
    pollMs: argocd.pollMs,
  }
}

function markOf(state: TargetState | null): JsonObject | null {
  const mark = state?.['mark']
  return typeof mark === 'object' && mark !== null && !Array.isArray(mark) ? (mark as JsonObject) : null
}

function autoSyncIsOn(app: string): RefusedError {
  return new RefusedError(
    'auto_sync_on',
    `Auto-sync is on for ${app}, and Argo CD rolls nothing back while it is. Use autoSync: suspend in the playbook, or switch it off first.`,
  )
}
