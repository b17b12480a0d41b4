import { askSource, unreachableOf, valuesOf } from './ask-source.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { ChangeEvent, IncomingChange } from '../../domain/change-event.ts'
import type { Deps } from '../dependencies.ts'
import type { Focus } from './focus.ts'

const TIMEOUT_MS = 5_000
/** How far back a service's own record of changes is read. */
const RECORD_MS = 14 * 86_400_000

export interface CollectedChanges {
  /** Of the services around the incident, up to now, as far back as their record is read. */
  readonly changes: readonly ChangeEvent[]
  readonly unreachable: readonly string[]
}

/**
 * Notifications are best effort, so the sources are asked for the history as well; what they tell and we did not know
 * is recorded. A source that tells only what is known costs one question and no write.
 */
export async function collectChanges(
  deps: Deps,
  focus: Focus,
  onsetAt: Date,
  signal: AbortSignal,
): Promise<CollectedChanges> {
  const since = new Date(onsetAt.getTime() - RECORD_MS)
  const [known, answers] = await Promise.all([
    deps.stores.changes.listBetween(focus.around, since, deps.clock.now()),
    Promise.all(
      focus.asked.flatMap((name) => {
        const service = findService(deps.catalog, name)
        if (service === undefined) return []
        return deps.changeSources.map((source) =>
          askSource(deps, source.name, { timeoutMs: TIMEOUT_MS, signal }, (deadline) =>
            source.listChanges(service, since, deadline),
          ),
        )
      }),
    ),
  ])
  const told = valuesOf(answers).flat()
  const changed = await recordNews(deps, known, told)
  return { changes: merge(known, changed), unreachable: unreachableOf(answers) }
}

async function recordNews(
  deps: Deps,
  known: readonly ChangeEvent[],
  told: readonly IncomingChange[],
): Promise<readonly ChangeEvent[]> {
  const news = told.filter((report) => !known.some((change) => tellsTheSame(change, report)))
  const recorded: ChangeEvent[] = []
  // One after the other: two reports of one change must find each other.
  for (const report of news) {
    const { change } = await deps.unitOfWork.run((stores) => stores.changes.record(report))
    recorded.push(change)
  }
  if (recorded.length > 0) deps.telemetry.count('changes_received', { source: 'poll' }, recorded.length)
  return recorded
}

function tellsTheSame(change: ChangeEvent, report: IncomingChange): boolean {
  return (
    change.sources.some((one) => one.source === report.source && one.sourceId === report.sourceId) &&
    (report.outcome === null || change.outcome === report.outcome) &&
    (report.finishedAt === null || change.finishedAt !== null)
  )
}

function merge(known: readonly ChangeEvent[], changed: readonly ChangeEvent[]): readonly ChangeEvent[] {
  return [...new Map([...known, ...changed].map((change) => [change.id, change])).values()]
}
