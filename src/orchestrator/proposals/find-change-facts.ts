import type { ChangeEvent, Suspect } from '../../domain/change-event.ts'
import type { Service } from '../../domain/service-catalog.ts'
import type { ChangeFacts } from '../../playbooks/build-facts.ts'
import type { DeployHistoryEntry, DeployState } from '../../ports/deploy-state.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'

export type FoundChange =
  { readonly ok: true; readonly change: ChangeFacts } | { readonly ok: false; readonly reason: string }

const DEADLINE_MS = 5_000

/**
 * The suspected change with what stood before it. For an Argo CD application that comes from its own history at this
 * moment, since reports are best effort and the ids of the history are what a rollback takes (CONTRACT 9).
 */
export async function findChangeFacts(deps: Deps, suspect: Suspect, service: Service | null): Promise<FoundChange> {
  const change = await deps.stores.changes.find(suspect.changeId)
  if (change === undefined) {
    return { ok: false, reason: `The suspected change ${suspect.changeId} is not on record any more.` }
  }
  if (change.kind !== 'deploy' || service?.argocd == null || deps.deployState === null) {
    return { ok: true, change: toFacts(change, change.previous) }
  }
  let state: DeployState | null
  try {
    state = await deps.deployState.read(service, AbortSignal.timeout(DEADLINE_MS))
  } catch (error) {
    if (!(error instanceof AppError) && !isTimeout(error)) throw error
    const why =
      error instanceof AppError ? error.message : `Argo CD did not answer within ${String(DEADLINE_MS / 1000)} s.`
    return { ok: false, reason: `The history of ${service.name} cannot be read: ${why}` }
  }
  return state === null
    ? { ok: false, reason: `Argo CD knows no history of ${service.name}.` }
    : fromHistory(change, service.name, state.history)
}

function fromHistory(change: ChangeEvent, service: string, history: readonly DeployHistoryEntry[]): FoundChange {
  const at = findDeploy(change, history)
  if (at < 0) return { ok: false, reason: `The suspected deploy ${change.id} is not in the history of ${service}.` }
  const deployed = history[at]
  // The same revision may be synced again; what stood before is the nearest older entry with another one.
  const previous = history.slice(at + 1).find((entry) => entry.revision !== deployed?.revision)
  if (previous === undefined) {
    return { ok: false, reason: `The history of ${service} has no version before the suspected deploy ${change.id}.` }
  }
  const top = history[0]
  if (at > 0 && top?.revision === previous.revision) {
    return {
      ok: false,
      reason: `${service} already runs ${previous.revision}, the version before the suspected deploy.`,
    }
  }
  return { ok: true, change: toFacts(change, { id: previous.id, revision: previous.revision }) }
}

/** By revision, the nearest in time where it was deployed more than once; -1 when it is not there. */
function findDeploy(change: ChangeEvent, history: readonly DeployHistoryEntry[]): number {
  const { revision } = change
  if (revision === null) return -1
  let best = -1
  history.forEach((entry, index) => {
    if (!isSameRevision(entry.revision, revision)) return
    const nearest = history[best]
    const distance = (other: DeployHistoryEntry) => Math.abs(other.deployedAt.getTime() - change.at.getTime())
    if (nearest === undefined || distance(entry) < distance(nearest)) best = index
  })
  return best
}

/** A report may name a commit by its first letters. */
function isSameRevision(left: string, right: string): boolean {
  const [short, long] = left.length < right.length ? [left, right] : [right, left]
  return short === long || (/^[0-9a-f]{7,39}$/.test(short) && long.startsWith(short))
}

function toFacts(change: ChangeEvent, previous: ChangeEvent['previous']): ChangeFacts {
  return { id: change.id, kind: change.kind, revision: change.revision, at: change.at, previous }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
}
