import { cleanExcerpt } from '../shared/describe-error-body.ts'
import { currentOperation, historyOf, initiatorOf } from './application-state.ts'
import { findOurEntry, isOurOperation } from './footprint.ts'
import type { Application, OperationState } from './schema.ts'
import type { Footprint } from './footprint.ts'

/** What became of an operation of ours, judged from one reading of the app. */
export type OperationVerdict =
  | { readonly state: 'pending'; readonly detail: string }
  | { readonly state: 'succeeded'; readonly detail: string }
  | { readonly state: 'failed'; readonly detail: string }
  /** Everything is as it was before the request and nothing is pending. */
  | { readonly state: 'untouched' }
  | { readonly state: 'unclear'; readonly detail: string }

/**
 * The rules of CONNECTORS C.1. Between request and pick-up only `.operation` exists; finished means that `.operation`
 * is gone and `finishedAt` is set; a phase Running with `finishedAt` waits for a retry; Succeeded only means applied,
 * so the app must be healthy too, by a reading that is newer than the end of the operation.
 */
export function judgeOperation(
  application: Application,
  footprint: Footprint,
  wants: { readonly synced: boolean },
): OperationVerdict {
  if (isOurOperation(footprint, application.operation)) {
    return { state: 'pending', detail: describeRunning(application) }
  }
  const state = application.status?.operationState
  const isNew = (state?.startedAt ?? null) !== footprint.startedAtBefore
  // A stamp is proof enough; without one an operation from before the request could look like ours.
  const isOwn = (isNew || footprint.stepKey !== null) && isOurOperation(footprint, state?.operation)
  if (state != null && isOwn) return judgeOwn(application, state, wants)
  if (findOurEntry(footprint, application) !== undefined) {
    return { state: 'succeeded', detail: 'Argo CD carried it out, and another operation has started since' }
  }
  return isUntouched(application, footprint, isNew)
    ? { state: 'untouched' }
    : { state: 'unclear', detail: describeForeign(application) }
}

function judgeOwn(
  application: Application,
  state: OperationState,
  wants: { readonly synced: boolean },
): OperationVerdict {
  const phase = state.phase ?? 'Running'
  if (application.operation != null || state.finishedAt == null) {
    return { state: 'pending', detail: describeRunning(application) }
  }
  if (phase === 'Running' || phase === 'Terminating') {
    return { state: 'pending', detail: `Argo CD waits to try again: ${cleanMessage(state.message)}` }
  }
  if (phase !== 'Succeeded') return { state: 'failed', detail: `Argo CD says ${phase}: ${cleanMessage(state.message)}` }
  const missing = whatIsMissing(application, state.finishedAt, wants)
  return missing === null
    ? { state: 'succeeded', detail: 'applied and healthy' }
    : { state: 'pending', detail: `Argo CD has applied it; ${missing}` }
}

function whatIsMissing(
  application: Application,
  finishedAt: string,
  wants: { readonly synced: boolean },
): string | null {
  if (isHealthStale(application.status?.reconciledAt, finishedAt)) return 'its health is not read anew yet'
  const health = application.status?.health?.status ?? 'Unknown'
  if (health !== 'Healthy') return `health is ${cleanMessage(health)}`
  const sync = application.status?.sync?.status ?? 'Unknown'
  return wants.synced && sync !== 'Synced' ? `sync is ${cleanMessage(sync)}` : null
}

function isHealthStale(reconciledAt: string | null | undefined, finishedAt: string): boolean {
  return reconciledAt != null && Date.parse(reconciledAt) < Date.parse(finishedAt)
}

function isUntouched(application: Application, footprint: Footprint, isNewOperation: boolean): boolean {
  const top = historyOf(application)[0]?.id ?? null
  return !isNewOperation && currentOperation(application) === null && top === footprint.historyIdBefore
}

function describeRunning(application: Application): string {
  const state = application.status?.operationState
  if (state == null) return 'Argo CD has accepted it and not begun yet'
  const message = cleanMessage(state.message)
  return `Argo CD is at it (${state.phase ?? 'Running'}): ${message}`
}

function describeForeign(application: Application): string {
  const operation = application.operation ?? application.status?.operationState?.operation
  const by = operation == null ? null : initiatorOf(operation)
  return `the app has changed since, and Argo CD does not show our operation (last one by ${by ?? 'somebody unnamed'})`
}

export function cleanMessage(message: string | null | undefined): string {
  const clean = cleanExcerpt(message ?? '', [])
  return clean === '' ? 'no message' : clean
}
