import type { JsonObject } from '../../kernel/json.ts'
import type { TargetState } from '../../domain/action.ts'
import type { Application, HistoryEntry, Operation } from './schema.ts'

/** Absent `enabled` counts as on, as in Argo CD's own `IsAutomatedSyncEnabled`. */
export function isAutoSyncOn(application: Application): boolean {
  const automated = application.spec.syncPolicy?.automated
  return automated != null && automated.enabled !== false
}

/** Newest first; Argo CD appends, so its own order is oldest first. */
export function historyOf(application: Application): readonly HistoryEntry[] {
  return [...(application.status?.history ?? [])].sort((left, right) => right.id - left.id)
}

/** One text per revision; apps with several sources have one revision for each. */
export function revisionOf(from: {
  readonly revision?: string | null | undefined
  readonly revisions?: readonly string[] | null | undefined
}): string | null {
  if (from.revisions != null && from.revisions.length > 0) return from.revisions.join(',')
  return from.revision ? from.revision : null
}

/** Requested or running: either keeps Argo CD from taking another operation. */
export function currentOperation(application: Application): Operation | null {
  if (application.operation != null) return application.operation
  const state = application.status?.operationState
  if (state == null || state.finishedAt != null) return null
  return state.operation ?? {}
}

export function initiatorOf(from: Pick<Operation, 'initiatedBy'>): string | null {
  if (from.initiatedBy?.username) return from.initiatedBy.username
  return from.initiatedBy?.automated === true ? 'auto-sync' : null
}

/**
 * What every Argo CD action compares (CONTRACT 7): top of the history, target revision, auto-sync, running operation.
 * One shape for all of them, so that what one step leaves behind is what the next one expects.
 */
export function stateOf(application: Application, mark?: JsonObject): TargetState {
  const top = historyOf(application)[0]
  const operation = currentOperation(application)
  return {
    app: application.metadata.name,
    historyId: top === undefined ? null : String(top.id),
    revision: top === undefined ? null : revisionOf(top),
    targetRevision: targetRevisionOf(application),
    autoSync: isAutoSyncOn(application),
    operation:
      operation === null ? null : { revision: revisionOf(operation.sync ?? {}), initiatedBy: initiatorOf(operation) },
    ...(mark === undefined ? {} : { mark }),
  }
}

function targetRevisionOf(application: Application): string | null {
  const { source, sources } = application.spec
  if (sources != null && sources.length > 0) return sources.map((each) => each.targetRevision ?? '').join(',')
  return source?.targetRevision ? source.targetRevision : null
}

/** A revision as people read it: commits are cut to eight letters, versions stay whole. */
export function shortRevision(revision: string | null): string {
  if (revision === null) return 'an unnamed revision'
  return revision
    .split(',')
    .map((part) => (/^[0-9a-f]{40}$/.test(part) ? part.slice(0, 8) : part))
    .join(', ')
}
