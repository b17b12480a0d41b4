import { allowedAddress } from './view/allowed-address.ts'
import { alertEvidence } from './refresh/alert-evidence.ts'
import { catalogEvidence } from './refresh/catalog-evidence.ts'
import { changeEvidence, searchEvidence } from './refresh/change-evidence.ts'
import { collectChanges } from './refresh/collect-changes.ts'
import { commitEvidence } from './refresh/commit-evidence.ts'
import { deployEvidence } from './refresh/deploy-evidence.ts'
import { focusOf } from './refresh/focus.ts'
import { goldenEvidence, goldenSeries } from './refresh/golden-evidence.ts'
import { logEvidence } from './refresh/log-evidence.ts'
import { sourceEvidence } from './refresh/source-evidence.ts'
import { instanceReadings } from './refresh/instance-readings.ts'
import { judgeCauses } from '../changes/judge-causes.ts'
import { metricEvidence } from './refresh/metric-evidence.ts'
import { onCallEvidence } from './refresh/on-call-evidence.ts'
import { originEvidence } from './refresh/origin-evidence.ts'
import { saveFindings } from './refresh/save-findings.ts'
import { scoreSuspects } from '../changes/score-suspects.ts'
import { printSource, unreachableOf, valuesOf } from './refresh/ask-source.ts'
import { writeModelSummary } from './refresh/write-model-summary.ts'
import type { Alert } from '../domain/alert.ts'
import type { Collected } from './refresh/save-findings.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'

/** Enough alerts to know what fails; a storm of thousands says nothing more. */
const MOST_ALERTS_READ = 200

/**
 * The job `incident.refresh`: asks every source in parallel, each with a deadline of its own, ranks the changes, saves
 * what was found and leaves the choice of a playbook to the next job. It may run at any time and twice at once: every
 * write names what it is about, and what is not new is not written. A model rewrites the facts at the end, when there
 * is one; nothing waits for it.
 */
export async function refreshIncident(
  deps: Deps,
  input: { readonly incidentId: string },
  signal: AbortSignal,
): Promise<void> {
  const { stores } = deps
  const [incident, alerts, before] = await Promise.all([
    stores.incidents.find(input.incidentId),
    stores.alerts.listByIncident(input.incidentId, MOST_ALERTS_READ),
    stores.evidence.list(input.incidentId),
  ])
  if (incident === undefined || incident.state === 'resolved') return
  const collected = await collect(deps, incident, alerts, signal)
  const saved = await saveFindings(deps, incident, before, collected)
  if (deps.model !== null && saved.isOtherStory) await writeModelSummary(deps, deps.model, incident.id, signal)
}

async function collect(
  deps: Deps,
  incident: Incident,
  alerts: readonly Alert[],
  signal: AbortSignal,
): Promise<Collected> {
  const focus = focusOf(deps.catalog, incident, alerts)
  const [metrics, deploys, onCall, found, instances, golden, sources, logs] = await Promise.all([
    metricEvidence(deps, alerts, incident.onsetAt, signal),
    deployEvidence(deps, incident.id, focus.asked, signal),
    onCallEvidence(deps, incident, signal),
    collectChanges(deps, focus, incident.onsetAt, signal),
    instanceReadings(deps, incident, focus.around, signal),
    goldenSeries(deps, incident, signal),
    sourceEvidence(deps, incident, focus, signal),
    logEvidence(deps, incident, signal),
  ])
  const lookbackMs = deps.settings.changesLookbackMs
  const answers = await deps.stores.feedback.listByChanges(found.changes.map(({ id }) => id))
  const scored = scoreSuspects({
    symptom: { ...incident, alerts },
    changes: found.changes,
    past: found.changes,
    judged: judgeCauses(answers),
    catalog: deps.catalog,
    lookbackMs,
    readings: instances.ok ? instances.value : [],
  })
  const commits = await commitEvidence(deps, incident.id, { suspects: scored.suspects, changes: found.changes }, signal)
  const unreachable = [
    ...new Set([
      ...unreachableOf([...metrics, ...deploys, ...onCall, instances, ...golden, ...sources, ...logs, ...commits]),
      ...found.unreachable,
    ]),
  ].sort()
  const search = {
    ...{ considered: scored.considered.length, lookbackMs, unreachable },
    // A source that refuses something else was searched for changes all the same.
    searched: deps.changeSources
      .map((source) => printSource(source.name))
      .filter((name) => !found.unreachable.some((one) => one.startsWith(name))),
  }
  const now = deps.clock.now()
  const evidence = [
    ...alertEvidence(incident.id, alerts),
    ...originEvidence(incident.id, alerts, deps.catalog),
    ...valuesOf([...metrics, ...deploys, ...onCall, ...commits]).filter((piece) => piece !== null),
    ...goldenEvidence(incident, valuesOf(golden).flat(), found.changes),
    ...valuesOf([...sources, ...logs]).flat(),
    ...changeEvidence(incident.id, scored.considered, found.changes),
    ...catalogEvidence(deps.catalog, incident, now),
    searchEvidence(incident, focus, search, now),
  ]
  // Here and nowhere else, whoever brought them: commit messages, reports of changes and vendors' answers name addresses.
  const shown = evidence.map((piece) => ({ ...piece, url: allowedAddress(piece.url, deps.settings.linkHosts) }))
  return { evidence: shown, scored, unreachable }
}
