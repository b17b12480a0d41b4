import { focusOf } from '../../orchestrator/refresh/focus.ts'
import { isNovel } from '../../policy/assess-tier.ts'
import { findService } from '../../domain/service-catalog.ts'
import { scoreSuspects } from '../../changes/score-suspects.ts'
import { selectPlaybooks, whyTooWide } from '../../playbooks/select-playbook.ts'
import { proposalAlerts, shortlistOf } from '../../orchestrator/proposals/proposal-ground.ts'
import type { ActionName } from '../../domain/action.ts'
import type { Alert } from '../../domain/alert.ts'
import type { CauseVerdict } from '../../changes/judge-causes.ts'
import type { ChangeEvent } from '../../domain/change-event.ts'
import type { FittingPlaybook } from '../../playbooks/shortlist-playbooks.ts'
import type { Incident } from '../../domain/incident.ts'
import type { LabelMapping } from '../../triage/map-labels.ts'
import type { PastRun } from '../../domain/past-run.ts'
import type { Playbook } from '../../domain/playbook.ts'
import type { ScoredSuspects } from '../../changes/score-suspects.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'

/** How the installation that judges is set up. */
export interface JudgeMeans {
  readonly catalog: ServiceCatalog
  readonly playbooks: readonly Playbook[]
  readonly available: readonly ActionName[]
  readonly past: readonly PastRun[]
  readonly settings: {
    readonly mapping: LabelMapping
    readonly groupingWindowMs: number
    readonly changesLookbackMs: number
  }
}

/** What is known of one incident at one moment. */
export interface KnownIncident {
  readonly incident: Incident
  readonly alerts: readonly Alert[]
  readonly changes: readonly ChangeEvent[]
  /** What people had said of these changes before. */
  readonly judged: ReadonlyMap<string, CauseVerdict>
  readonly now: Date
}

export interface JudgedIncident {
  readonly scored: ScoredSuspects
  /** What would be proposed, the best first; empty where nothing would be. */
  readonly candidates: readonly FittingPlaybook[]
}

/** Changes to suspects, suspects to playbooks, by the functions that refresh and proposal use. Plans count as made. */
export function judgeIncident(means: JudgeMeans, known: KnownIncident): JudgedIncident {
  const { catalog, settings } = means
  const { incident, alerts, judged } = known
  const { around } = focusOf(catalog, incident, alerts)
  const changes = known.changes.filter((change) => around.includes(change.service))
  const scored = scoreSuspects({
    symptom: { ...incident, alerts },
    ...{ changes, past: changes, judged, catalog },
    ...{ lookbackMs: settings.changesLookbackMs, readings: [] },
  })
  const ground = { incident, alerts: proposalAlerts(alerts), findings: scored }
  const shortlist = shortlistOf({ ...means, now: known.now }, ground)
  const candidates = selectPlaybooks(shortlist).candidates.filter((fit) => isNarrow(means, fit, incident.service))
  return { scored, candidates }
}

function isNarrow({ catalog, past }: JudgeMeans, { playbook, suspect }: FittingPlaybook, own: string | null): boolean {
  const name = suspect?.service ?? own
  const service = findService(catalog, name)
  const successes = past.filter((run) => run.playbook === playbook.name && run.outcome === 'succeeded')
  const novel = isNovel({
    onService: successes.filter((run) => run.service === name).length,
    onSimilar: successes.filter((run) => run.owner === service?.owner && run.criticality === service.criticality)
      .length,
  })
  const disturbed = name === null ? [] : [name]
  return whyTooWide({ isNovel: novel, tier: 2, disturbed, blastRadius: playbook.risk.blastRadius }).length === 0
}
