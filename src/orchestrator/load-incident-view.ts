import { checkGrounding } from '../summaries/check-grounding.ts'
import { collectLinks } from './view/collect-links.ts'
import { describeImpact } from '../summaries/describe-impact.ts'
import { describeFollowUp } from '../summaries/describe-follow-up.ts'
import { findService } from '../domain/service-catalog.ts'
import { findFatigued } from '../executor/find-fatigued.ts'
import { findForbidden } from '../executor/find-forbidden.ts'
import { NotFoundError } from '../kernel/errors.ts'
import { nameOf, viewProposal } from './view/view-proposal.ts'
import { onCallNames } from './view/on-call-evidence.ts'
import { redactText } from '../audit/redact.ts'
import { stepKnowledge } from './view/step-knowledge.ts'
import { unreachableSurfaces } from './view/unreachable-surfaces.ts'
import { stricterMode } from '../domain/mode.ts'
import { readFeedback, viewFeedback } from './view/view-feedback.ts'
import { viewFreezes } from './view/view-freezes.ts'
import { viewGlass } from './view/view-glass.ts'
import { NO_APPROVALS, readRunApprovals, viewStepApproval, viewStepEndings } from './view/view-step-approval.ts'
import { viewRun } from './view/view-run.ts'
import { isCollecting, newestRun, symptomOf, writeFacts } from './view/write-facts.ts'
import { modeFor, servicesOfPlan } from './proposals/mode-and-freeze.ts'
import type { Run } from '../domain/run.ts'
import type { Decision, Proposal } from '../domain/approval.ts'
import type { Deps } from './dependencies.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentRecords } from './view/incident-records.ts'
import type { IncidentFindings } from '../ports/incident-store.ts'
import type { IncidentView } from '../domain/incident-view.ts'
import type { Mode } from '../domain/mode.ts'

/** Enough to know the symptom, its services and links; a storm of thousands is counted, not read. */
const MOST_ALERTS_READ = 200

/**
 * Everything a card shows. Reads our own database only, in few rounds of reads on one connection: a card never waits
 * for a vendor or a model. Nothing in it depends on the time of the call, so that equal facts give equal cards.
 */
export async function loadIncidentView(
  deps: Deps,
  incidentId: string,
  runId?: string,
): Promise<IncidentView | undefined> {
  const records = await deps.unitOfWork.read((stores) => loadRecords({ ...deps, stores }, incidentId, runId))
  return records === undefined ? undefined : viewOfRecords(deps, records)
}

async function loadRecords(
  deps: Deps,
  incidentId: string,
  runId: string | undefined,
): Promise<IncidentRecords | undefined> {
  const { stores } = deps
  const [incident, alerts, counts, findings, evidence, proposal, runs, freezes, surfaces, now, glass] =
    await Promise.all([
      stores.incidents.find(incidentId),
      stores.alerts.listByIncident(incidentId, MOST_ALERTS_READ),
      stores.alerts.countByIncidents([incidentId]),
      findFindings(deps, incidentId),
      stores.evidence.list(incidentId),
      stores.proposalQueries.findCurrent(incidentId),
      listRuns(deps, incidentId, runId),
      stores.freezes.listActive(),
      stores.surfaceStates.list(),
      momentOf(deps),
      stores.glass.listByIncident(incidentId),
    ])
  if (incident === undefined || findings === undefined) return undefined
  const [details, feedback] = await Promise.all([
    loadDetails(deps, proposal, newestRun(runs)),
    readFeedback(deps, incident),
  ])
  // Only a pending proposal that somebody has approved needs to know.
  const judged = proposal?.state === 'pending' ? details.decisions : []
  const fatigued = await findFatigued(stores.decisions, judged, deps.settings.fatigue)
  return {
    ...{ incident, alerts, findings, evidence, proposal, runs, freezes, surfaces },
    ...{ ...details, fatigued, now, glass, feedback },
    counts: counts.get(incidentId) ?? { total: 0, distinct: 0, firing: 0 },
  }
}

/** What belongs to the proposal and the run. Only a run leaves something to do, so a card without one asks nothing. */
async function loadDetails(deps: Deps, proposal: Proposal | undefined, run: Run | undefined) {
  const { stores } = deps
  const isOther = run !== undefined && run.proposalId !== proposal?.id
  const [ofProposal, ofRun, runProposal] = await Promise.all([
    readOfProposal(deps, proposal),
    readOfRun(deps, run),
    isOther ? stores.proposals.find(run.proposalId) : proposal,
  ])
  return { ...ofProposal, ...ofRun, runProposal }
}

/** The database is asked only where freezes come back by its clock. */
async function momentOf({ settings, clock, stores }: Deps): Promise<Date> {
  return settings.freezeWindows.length === 0 ? clock.now() : stores.freezes.now()
}

async function readOfProposal(
  { stores }: Deps,
  proposal: Proposal | undefined,
): Promise<Pick<IncidentRecords, 'decisions' | 'questions' | 'preview'>> {
  if (proposal === undefined) return { decisions: [], questions: [], preview: null }
  const [decisions, questions, found] = await Promise.all([
    stores.decisions.list(proposal.id),
    stores.questions.list(proposal.id),
    stores.previews.find(proposal.id),
  ])
  return { decisions, questions, preview: found?.preview ?? null }
}

async function readOfRun(
  deps: Deps,
  run: Run | undefined,
): Promise<Pick<IncidentRecords, 'attempts' | 'approvals' | 'followUps'>> {
  if (run === undefined) return { attempts: [], approvals: NO_APPROVALS, followUps: [] }
  const [attempts, followUps] = await Promise.all([
    deps.stores.ledger.list(run.id),
    deps.stores.followUps.list(run.incidentId),
  ])
  return { attempts, approvals: await readRunApprovals(deps, run, attempts), followUps }
}

async function findFindings(deps: Deps, incidentId: string): Promise<IncidentFindings | undefined> {
  try {
    return await deps.stores.findings.get(incidentId)
  } catch (cause) {
    if (cause instanceof NotFoundError) return undefined
    throw cause
  }
}

/** All runs of the incident; only the one that was asked for, when one was. */
async function listRuns(deps: Deps, incidentId: string, runId: string | undefined): Promise<readonly Run[]> {
  const runs = await deps.stores.runs.listByIncident(incidentId)
  return runId === undefined ? runs : runs.filter((run) => run.id === runId)
}

/** The view of records that are at hand already. */
export function viewOfRecords(deps: Deps, records: IncidentRecords): IncidentView {
  const { incident, alerts, findings, evidence, proposal, decisions, runs } = records
  const service = findService(deps.catalog, incident.service)
  const onCall = onCallNames(evidence)
  const mode = modeOf(deps, service?.mode ?? null)
  const run = newestRun(runs)
  const runView = run === undefined ? null : viewRunOf(deps, records, run, onCall)
  const commander = incident.assignments['commander']
  return {
    ...pickIncident(incident),
    commander: commander === undefined ? null : nameOf(commander, deps.directory),
    owner: service?.owner ?? null,
    onCall,
    alerts: records.counts,
    symptom: symptomOf(records),
    impact: describeImpact(deps.catalog, incident.service),
    ...sayings(deps, records),
    suspects: findings.suspects,
    unknownCause: findings.unknownCause,
    unreachable: findings.unreachable,
    links: collectLinks(alerts, service, deps.settings.linkHosts),
    proposal:
      proposal === undefined
        ? null
        : viewProposal({
            ...{
              proposal,
              decisions,
              questions: records.questions,
              onCall,
              fatigued: records.fatigued,
              forbidden: forbiddenNow(deps, incident, proposal, decisions),
              directory: deps.directory,
            },
            commander: commander ?? null,
            known: stepKnowledge(evidence),
            playbooks: deps.playbooks,
            catalog: deps.catalog,
            preview: records.preview,
            breakGlass: deps.settings.breakGlass.playbooks,
          }),
    run: runView,
    runIds: runs.map((one) => one.id),
    noProposal: whyNothingIsProposed(records, mode),
    freezes: viewFreezes(deps, records, runView),
    glass: viewGlass(deps, incident, records.glass),
    followUps: openFollowUps(records),
    feedback: viewFeedback(incident, findings, records.feedback),
    isCollecting: isCollecting(records),
    unreachableSurfaces: unreachableSurfaces(records.surfaces, deps.settings),
    mode,
    consoleUrl: consoleUrl(deps.settings.publicUrl, incident.id),
  }
}

/** Only of a proposal that waits does anybody ask. */
function forbiddenNow(
  deps: Deps,
  incident: Incident,
  proposal: Proposal,
  decisions: readonly Decision[],
): ReadonlySet<string> {
  if (proposal.state !== 'pending') return new Set()
  return findForbidden(deps, proposal, decisions, modeFor(deps, servicesOfPlan(deps, incident, proposal.plan)))
}

/** With what an older version of us wrote as sentences only. */
function openFollowUps({ followUps, findings }: IncidentRecords): readonly string[] {
  return [...findings.followUps, ...followUps.filter(({ state }) => state === 'open').map(describeFollowUp)]
}

function viewRunOf(deps: Deps, records: IncidentRecords, run: Run, onCall: readonly string[]): IncidentView['run'] {
  const { runProposal, approvals, incident } = records
  const { asked } = approvals
  const shown =
    asked === undefined || runProposal === undefined
      ? null
      : viewStepApproval({ ...asked, proposal: runProposal, incident, onCall, deps })
  return viewRun(run, runProposal?.plan ?? null, records.attempts, deps.actions, {
    asked: shown,
    endings: viewStepEndings(approvals),
  })
}

function pickIncident(incident: Incident) {
  const title = redactText(incident.title).value
  const { id, service, environment, severity, state } = incident
  const { openedAt, onsetAt, updatedAt, mitigatedAt, resolvedAt, quietSince } = incident
  return {
    ...{ id, title, service, environment, severity, state },
    ...{ openedAt, onsetAt, updatedAt, mitigatedAt, resolvedAt, quietSince },
  }
}

/** A model's summary stands while every word of it is still grounded in the newest evidence; else the facts speak. */
function sayings(deps: Deps, records: IncidentRecords): Pick<IncidentView, 'facts' | 'summary'> {
  const { findings, evidence } = records
  const facts = writeFacts(deps, records)
  if (findings.summary?.source === 'model') {
    const names = { known: [...deps.catalog.services.keys()], forbidden: [] }
    const { dropped } = checkGrounding(findings.summary.sentences, evidence, names)
    if (dropped.length === 0) return { facts, summary: findings.summary }
  }
  return { facts, summary: { source: 'facts', sentences: facts } }
}

function modeOf(deps: Deps, serviceMode: Mode | null): Mode {
  return stricterMode(deps.settings.mode, serviceMode ?? deps.settings.mode)
}

function whyNothingIsProposed(records: IncidentRecords, mode: Mode): string | null {
  if (records.proposal?.closedAt === null) return null
  if (records.findings.collectedAt !== null && mode === 'observe') {
    return 'Countersign only observes here and proposes nothing.'
  }
  return records.findings.noProposal
}

function consoleUrl(publicUrl: string | null, incidentId: string): string | null {
  if (publicUrl === null) return null
  return new URL(`incidents/${incidentId}`, publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`).href
}
