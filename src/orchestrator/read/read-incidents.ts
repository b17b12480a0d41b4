import { NotFoundError } from '../../kernel/errors.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import { LIST_OF_INCIDENTS, noteReading, requireReading } from './reader.ts'
import type { Deps } from '../dependencies.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { IncidentFilter } from '../../ports/incident-store.ts'
import type { IncidentView, RunView } from '../../domain/incident-view.ts'
import type { Reader } from './reader.ts'
import type { TimelineEntry } from '../../domain/timeline.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Hand it back as the cursor for more; null at the end. */
  readonly next: string | null
}

/** Newest first. */
export async function listIncidents(deps: Deps, reader: Reader, filter: IncidentFilter): Promise<Page<IncidentView>> {
  await requireReading(deps, reader)
  const incidents = await deps.stores.incidents.list({ ...filter, limit: filter.limit + 1 })
  const shown = incidents.slice(0, filter.limit)
  const views = await Promise.all(shown.map((incident) => loadIncidentView(deps, incident.id)))
  const items = views.filter((view) => view !== undefined)
  await noteReading(deps, reader, LIST_OF_INCIDENTS)
  return { items, next: incidents.length > filter.limit ? (shown.at(-1)?.id ?? null) : null }
}

export async function readIncident(deps: Deps, reader: Reader, incidentId: string): Promise<IncidentView> {
  await requireReading(deps, reader)
  const view = await loadIncidentView(deps, incidentId)
  if (view === undefined) throw new NotFoundError('incident', incidentId)
  await noteReading(deps, reader, { object: `incident ${view.id}`, incidentId: view.id })
  return view
}

/** Oldest first. `after` is the id of the last entry seen. */
export async function readTimeline(
  deps: Deps,
  reader: Reader,
  incidentId: string,
  page: { readonly after: string | null; readonly limit: number },
): Promise<Page<TimelineEntry>> {
  await requireReading(deps, reader)
  const entries = await deps.stores.timeline.list(incidentId, page.after, page.limit + 1)
  const items = entries.slice(0, page.limit)
  if (items.length > 0) await noteReading(deps, reader, { object: `timeline of ${incidentId}`, incidentId })
  return { items, next: entries.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

export async function readEvidence(deps: Deps, reader: Reader, incidentId: string): Promise<readonly Evidence[]> {
  await requireReading(deps, reader)
  const pieces = await deps.stores.evidence.list(incidentId)
  if (pieces.length > 0) await noteReading(deps, reader, { object: `evidence of ${incidentId}`, incidentId })
  return pieces
}

export interface RunReading {
  readonly incidentId: string
  readonly run: RunView
}

export async function readRun(deps: Deps, reader: Reader, runId: string): Promise<RunReading> {
  await requireReading(deps, reader)
  const run = await deps.stores.runs.find(runId)
  const view = run === undefined ? undefined : await loadIncidentView(deps, run.incidentId, run.id)
  if (run === undefined || view?.run === null || view === undefined) throw new NotFoundError('run', runId)
  await noteReading(deps, reader, { object: `run ${run.id}`, incidentId: run.incidentId })
  return { incidentId: run.incidentId, run: view.run }
}
