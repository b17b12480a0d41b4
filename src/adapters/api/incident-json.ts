import type { FreezeView, IncidentView, ProposalView, RunView, StepEndingView } from '../../domain/incident-view.ts'
import type { AuditPage } from '../../orchestrator/index.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { Suspect } from '../../domain/change-event.ts'
import type { TimelineEntry } from '../../domain/timeline.ts'

/** The shapes of `/api/v1` (CONTRACT 9): camelCase, times RFC 3339 UTC. */
export function incidentJson(view: IncidentView): object {
  return {
    id: view.id,
    title: view.title,
    service: view.service,
    environment: view.environment,
    severity: view.severity,
    state: view.state,
    openedAt: view.openedAt.toISOString(),
    updatedAt: view.updatedAt.toISOString(),
    commander: view.commander,
    alerts: view.alerts,
    suspects: view.suspects.map(suspectJson),
    unknownCause: view.unknownCause,
    unreachable: view.unreachable,
    facts: saying(view.facts),
    summary: { ...saying(view.summary.sentences), source: view.summary.source },
    proposal: view.proposal === null ? null : proposalJson(view.proposal),
    noProposal: view.noProposal,
    freezes: view.freezes.map(freezeJson),
    followUps: view.followUps,
    runs: view.runIds,
  }
}

/** What of the incident it holds: all that would run, or only the undo of what ran. */
function freezeJson({ service, environment, reason, until, holds }: FreezeView): object {
  return { service, environment, reason, until: until.toISOString(), holds }
}

function saying(sentences: IncidentView['facts']): object {
  return { text: sentences.map((sentence) => sentence.text).join(' '), sentences }
}

export function suspectJson(suspect: Suspect): object {
  return {
    changeId: suspect.changeId,
    service: suspect.service,
    kind: suspect.kind,
    at: suspect.at.toISOString(),
    revision: suspect.revision,
    probability: suspect.probability,
    reasons: suspect.reasons,
  }
}

function proposalJson(proposal: ProposalView): object {
  return {
    id: proposal.id,
    playbook: proposal.playbook,
    playbookDigest: proposal.playbookDigest,
    tier: proposal.tier,
    tierReasons: proposal.tierReasons,
    reasons: proposal.reasons,
    state: proposal.state,
    planDigest: proposal.planDigest,
    planHash: proposal.planHash,
    plan: {
      steps: proposal.steps.map((step) => ({
        id: step.id,
        uses: step.uses,
        with: step.with,
        target: step.target,
        before: step.before,
        ...(step.asks === null ? {} : { asks: step.asks }),
      })),
      undo: proposal.steps.flatMap((step) => (step.undo === null ? [] : [{ step: step.id, does: step.undo }])),
      verification: proposal.steps.filter((step) => step.isVerification).map((step) => step.id),
    },
    preview: previewJson(proposal),
    requester: proposal.requester,
    required: { approvals: proposal.required.approvals, rules: proposal.required.rules },
    decisions: proposal.decisions.map(decisionJson),
    questions: proposal.questions.map(questionJson),
    expiresAt: proposal.expiresAt.toISOString(),
    closedAt: proposal.closedAt?.toISOString() ?? null,
    closedReason: proposal.closedReason,
  }
}

function decisionJson({ person, decision, reason, at, surface, withdrawn }: ProposalView['decisions'][number]): object {
  return { person, decision, reason, at: at.toISOString(), surface, withdrawn }
}

function questionJson(question: ProposalView['questions'][number]): object {
  const { number, step, answers } = question
  return { number, step, ...saidJson(question), answers: answers.map(saidJson) }
}

function saidJson({ person, text, at, surface }: ProposalView['questions'][number]['answers'][number]): object {
  return { person, text, at: at.toISOString(), surface }
}

/** Evidence beside the plan: null until something was found out. */
function previewJson({ steps, blast }: ProposalView): object | null {
  const known = steps.flatMap(({ preview }) => (preview === null ? [] : [preview.facts]))
  return known.length === 0 ? null : { steps: known, blast }
}

export function runJson(incidentId: string, run: RunView): object {
  return {
    id: run.id,
    incidentId,
    proposalId: run.proposalId,
    state: run.state,
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    detail: run.detail,
    approval: run.approval === null ? null : approvalJson(run.approval),
    steps: run.steps.map((step) => ({
      id: step.id,
      uses: step.uses,
      state: step.state,
      attempts: step.attempts,
      startedAt: step.startedAt?.toISOString() ?? null,
      finishedAt: step.finishedAt?.toISOString() ?? null,
      outcome: step.outcome,
      detail: step.detail,
      approval: step.ending === null ? null : endingJson(step.ending),
    })),
  }
}

/** How a nested approval ended. */
function endingJson({ state, at, reason, people }: StepEndingView): object {
  return { state, at: at?.toISOString() ?? null, reason, people }
}

/** The nested approval that the run waits for. */
function approvalJson(approval: NonNullable<RunView['approval']>): object {
  const { stepId, title, tier, hash, required, canApprove } = approval
  return {
    ...{ stepId, title, tier, hash, required: { approvals: required.approvals, rules: required.rules }, canApprove },
    decisions: approval.decisions.map(decisionJson),
    questions: approval.questions.map(questionJson),
    askedAt: approval.askedAt.toISOString(),
    expiresAt: approval.expiresAt.toISOString(),
  }
}

export function timelineJson(entry: TimelineEntry): object {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    event: entry.event,
    actor: entry.actor,
    origin: entry.origin,
    text: entry.text,
  }
}

export function evidenceJson(piece: Evidence): object {
  return {
    id: piece.id,
    kind: piece.kind,
    source: piece.source,
    at: piece.at.toISOString(),
    fact: piece.fact,
    url: piece.url,
    data: piece.data,
  }
}

export function auditJson({ seq, at, hash, entry }: AuditPage['items'][number]): object {
  const { event, actor, target, outcome } = entry
  return { seq, at: at.toISOString(), event, actor, target: target ?? null, outcome, hash, entry }
}
