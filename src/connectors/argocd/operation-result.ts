import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import {
  currentOperation,
  historyOf,
  initiatorOf,
  isAutoSyncOn,
  revisionOf,
  shortRevision,
  stateOf,
} from './application-state.ts'
import { findOurEntry, isOurOperation } from './footprint.ts'
import { cleanMessage, judgeOperation } from './judge-operation.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { ReconcileAnswer } from '../../ports/action-runner.ts'
import type { Footprint } from './footprint.ts'
import type { Application } from './schema.ts'

/** gRPC's FailedPrecondition: another operation is in progress, or auto-sync forbids it. Argo CD answers it as 400. */
const FAILED_PRECONDITION = '9'
const BUSY_RETRY_MS = 5_000

/** What the sentences and rules of one operation are, rollback or sync. */
export interface OperationKind {
  /** `rolled checkout back to 1a2b3c4d`. */
  readonly did: string
  readonly wants: { readonly synced: boolean }
  readonly pollMs: number
}

export function pendingResult(footprint: Footprint, detail: string, pollMs: number): ActionResult {
  return { outcome: 'pending', detail: `${detail}.`, handle: { ...footprint }, pollAfterMs: pollMs }
}

/** After Argo CD has accepted the request: how far it is. */
export function pollResult(application: Application, footprint: Footprint, kind: OperationKind): ActionResult {
  const verdict = judgeOperation(application, footprint, kind.wants)
  switch (verdict.state) {
    case 'pending':
      return pendingResult(footprint, verdict.detail, kind.pollMs)
    case 'untouched':
      return pendingResult(footprint, 'Argo CD has accepted it and does not show it yet', kind.pollMs)
    case 'succeeded':
      return ended(
        'done',
        `Argo CD ${kind.did}: ${verdict.detail}.${deployedBetween(application, footprint)}`,
        application,
        footprint,
      )
    case 'failed':
      return ended(
        'failed',
        `${verdict.detail}. Look at the app in Argo CD before trying again.`,
        application,
        footprint,
      )
    case 'unclear':
      return { outcome: 'unknown', detail: `${capitalised(verdict.detail)}. Look at the app in Argo CD.` }
  }
}

/**
 * Argo CD's requests carry nothing that it would compare with the app, so what somebody else finishes between our look
 * and the request cannot be held off. It is told: the history shows it between the entry that was seen and ours.
 */
function deployedBetween(application: Application, footprint: Footprint): string {
  const ours = findOurEntry(footprint, application)
  const seen = footprint.historyIdBefore
  if (ours === undefined || seen === null) return ''
  const theirs = historyOf(application).find((entry) => entry.id > seen && entry.id < ours.id)
  if (theirs === undefined) return ''
  return ` Somebody deployed ${shortRevision(revisionOf(theirs))} just before the request; this has replaced it.`
}

/** After an answer was lost: DESIGN 5's rule, where unchanged proves that nothing happened and doubt stays doubt. */
export function reconcileAnswer(application: Application, footprint: Footprint, kind: OperationKind): ReconcileAnswer {
  const verdict = judgeOperation(application, footprint, kind.wants)
  if (verdict.state === 'untouched') {
    return {
      found: 'not_executed',
      detail: 'Argo CD shows no operation of ours: history and last operation are as they were before the request.',
    }
  }
  if (verdict.state === 'unclear') {
    return {
      found: 'unknown',
      detail: `${capitalised(verdict.detail)}. Look at the app in Argo CD, then settle the step.`,
    }
  }
  return { found: 'executed', result: pollResult(application, footprint, kind) }
}

/**
 * Argo CD refused with FailedPrecondition. Its sentences are not matched: the app itself tells whether an operation is
 * in the way (perhaps ours, when an earlier answer got lost) or auto-sync is.
 */
export function refusedResult(
  refusal: VendorRejectedError,
  application: Application,
  footprint: Footprint,
  kind: OperationKind,
): ActionResult {
  const operation = currentOperation(application)
  const startedAt = application.status?.operationState?.startedAt ?? null
  const isNew = startedAt === null || startedAt !== footprint.startedAtBefore
  if ((isNew || footprint.stepKey !== null) && isOurOperation(footprint, operation)) {
    return pendingResult(footprint, 'Argo CD is at it already; the running operation is ours', kind.pollMs)
  }
  if (operation !== null) {
    const by = initiatorOf(operation) ?? 'somebody unnamed'
    return {
      outcome: 'not_executed',
      detail: `Argo CD is busy with another operation on this app (by ${cleanMessage(by)}); nothing was sent. It is tried again when that has ended.`,
      retryAfterMs: BUSY_RETRY_MS,
    }
  }
  if (isAutoSyncOn(application)) {
    return {
      outcome: 'not_executed',
      detail:
        'Argo CD refuses while auto-sync is on. Use autoSync: suspend; when an ApplicationSet or a parent app turns it on again, let that ignore /spec/syncPolicy.',
      retryAfterMs: null,
    }
  }
  // The operation that was in the way has ended between the refusal and our look.
  return { outcome: 'not_executed', detail: refusal.message, retryAfterMs: BUSY_RETRY_MS }
}

export function isFailedPrecondition(cause: unknown): cause is VendorRejectedError {
  return cause instanceof VendorRejectedError && cause.vendorCode === FAILED_PRECONDITION
}

function ended(
  outcome: 'done' | 'failed',
  detail: string,
  application: Application,
  footprint: Footprint,
): ActionResult {
  const top = historyOf(application)[0]
  const output: JsonObject = {
    historyId: top === undefined ? null : String(top.id),
    revision: top === undefined ? null : revisionOf(top),
    previousHistoryId: footprint.historyIdBefore === null ? null : String(footprint.historyIdBefore),
    previousRevision: footprint.revisionBefore,
    autoSync: isAutoSyncOn(application),
    health: application.status?.health?.status ?? null,
    sync: application.status?.sync?.status ?? null,
  }
  return { outcome, detail, output, after: stateOf(application) }
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
