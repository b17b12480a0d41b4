import type { Alert } from '../../domain/alert.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import { ENDED_RUN_STATES } from '../../domain/run.ts'
import type { Run } from '../../domain/run.ts'
import { NotFoundError } from '../../kernel/errors.ts'
import { shortlistPlaybooks } from '../../playbooks/shortlist-playbooks.ts'
import type { Shortlist, ShortlistFacts } from '../../playbooks/shortlist-playbooks.ts'
import type { RecordPlace } from '../../playbooks/track-record.ts'
import type { IncidentFindings } from '../../ports/incident-store.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'
import type { Deps } from '../dependencies.ts'

/** What a proposal is judged by, read from our own database. */
export interface ProposalGround {
  readonly incident: Incident
  /** Those that fire; all of them when none fires any more. */
  readonly alerts: readonly Alert[]
  readonly findings: IncidentFindings
  readonly proposals: readonly Proposal[]
  readonly runs: readonly Run[]
}

const MOST_ALERTS_READ = 200

export async function readProposalGround(deps: Deps, incidentId: string): Promise<ProposalGround> {
  const { stores } = deps
  const [incident, alerts, findings, proposals, runs] = await Promise.all([
    stores.incidents.find(incidentId),
    stores.alerts.listByIncident(incidentId, MOST_ALERTS_READ),
    stores.findings.get(incidentId),
    stores.proposalQueries.listByIncident(incidentId),
    stores.runs.listByIncident(incidentId),
  ])
  if (incident === undefined) throw new NotFoundError('incident', incidentId)
  return { incident, alerts: proposalAlerts(alerts), findings, proposals, runs }
}

/** Those that fire; all of them when none fires any more. */
export function proposalAlerts(alerts: readonly Alert[]): readonly Alert[] {
  const firing = alerts.filter((alert) => alert.status === 'firing')
  return firing.length > 0 ? firing : alerts
}

/** The proposal that is pending, or approved with a run that has not ended. */
export function openProposalOf({ proposals }: Pick<ProposalGround, 'proposals'>): Proposal | undefined {
  return proposals.find((proposal) => proposal.closedAt === null)
}

/** A run that goes on or is about to. One that was asked to stop before its first step does nothing any more. */
export function activeRunOf({ runs }: Pick<ProposalGround, 'runs'>): Run | undefined {
  return runs.find(
    (run) => !ENDED_RUN_STATES.includes(run.state) && !(run.startedAt === null && run.stopRequestedBy !== null),
  )
}

/** The newest of all playbooks together: enough for a record, and no proposal waits for the runs of years. */
const MOST_PAST_RUNS = 2_000

/** Which playbooks fit this incident, and why the others do not. */
export async function shortlistFor(deps: Deps, ground: ProposalGround): Promise<Shortlist> {
  const past = await deps.stores.playbookRecords.listPast(MOST_PAST_RUNS)
  const { catalog, playbooks } = deps
  return shortlistOf({ catalog, playbooks, available: deps.actions.available, past, now: deps.clock.now() }, ground)
}

export interface ShortlistMeans extends Pick<ShortlistFacts, 'playbooks' | 'available' | 'past' | 'now'> {
  readonly catalog: ServiceCatalog
}

/** The same without a database, for what is replayed. */
export function shortlistOf(
  { catalog, ...means }: ShortlistMeans,
  {
    incident,
    alerts,
    findings,
  }: Pick<ProposalGround, 'alerts'> & {
    readonly incident: Pick<Incident, 'service'>
    readonly findings: Pick<IncidentFindings, 'suspects' | 'unknownCause'>
  },
): Shortlist {
  const { suspects, unknownCause } = findings
  const placed = (service: string | null) => placeOf(catalog, service)
  return shortlistPlaybooks({ ...means, alerts, suspects, unknownCause, service: incident.service, placeOf: placed })
}

/** Where a playbook would run, as its record is kept by. */
function placeOf(catalog: ServiceCatalog, name: string | null): RecordPlace {
  const service = findService(catalog, name)
  return { service: service?.name ?? name, owner: service?.owner ?? null, criticality: service?.criticality ?? null }
}

const MOST_FINGERPRINTS = 50

/** Which alerts a proposal is made for, for its entry on the record. */
export function fingerprintsOf({ alerts }: Pick<ProposalGround, 'alerts'>): readonly string[] {
  return [...new Set(alerts.map((alert) => alert.fingerprint))].slice(0, MOST_FINGERPRINTS)
}
