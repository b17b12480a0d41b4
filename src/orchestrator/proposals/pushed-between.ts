import type { ChangeEvent } from '../../domain/change-event.ts'
import type { CommitRange } from '../../domain/plan-preview.ts'
import type { Deps } from '../dependencies.ts'

/** Deploys that are gone back behind are days old at most; older pushes are not looked through. */
const LOOKBACK_MS = 30 * 24 * 3_600_000
const MOST_PUSHES = 50
const MOST_COMMITS = 10

interface Move {
  readonly from: string
  readonly to: string
  readonly direction: CommitRange['direction']
}

/**
 * The commits between two revisions as the pushes we received tell them: each push names the revision before it, so
 * they form a chain. Only a chain without a gap counts; null otherwise.
 */
export async function pushedBetween(deps: Deps, service: string | null, move: Move): Promise<CommitRange | null> {
  if (service === null || move.from === move.to) return null
  const now = deps.clock.now()
  const changes = await deps.stores.changes.listBetween([service], new Date(now.getTime() - LOOKBACK_MS), now)
  const [newest, oldest] = move.direction === 'taken_out' ? [move.from, move.to] : [move.to, move.from]
  const chain = chainOf(changes, newest, oldest)
  if (chain === null) return null
  const commits = chain.flatMap((change) => change.commits?.newest ?? [])
  return {
    direction: move.direction,
    isComplete: true,
    count: chain.reduce((count, change) => count + (change.commits?.count ?? 0), 0),
    commits: commits.slice(0, MOST_COMMITS),
    source: 'GitHub',
  }
}

function chainOf(changes: readonly ChangeEvent[], newest: string, oldest: string): readonly ChangeEvent[] | null {
  const chain: ChangeEvent[] = []
  for (let revision = newest; revision !== oldest;) {
    const push = changes.find((change) => change.revision === revision && change.commits != null)
    const previous = push?.previous?.revision
    if (push === undefined || previous == null || chain.length >= MOST_PUSHES) return null
    chain.push(push)
    revision = previous
  }
  return chain
}
