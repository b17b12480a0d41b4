import { blastGraphOf } from '../../domain/blast-graph.ts'
import { describeBefore } from '../../summaries/describe-before.ts'
import { describePreview, describePreviewShort } from '../../summaries/describe-preview.ts'
import { COUNTERSIGN } from '../../domain/actor.ts'
import { countQuorum, listEligibleApprovers } from '../../policy/approval-quorum.ts'
import { describeStep } from '../../summaries/describe-step.ts'
import type { Decision, Proposal } from '../../domain/approval.ts'
import type { DecisionView, PlanStepView, ProposalView, StepPreviewView } from '../../domain/incident-view.ts'
import type { Directory } from '../../ports/directory.ts'
import type { PlanPreview } from '../../domain/plan-preview.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'
import type { Person } from '../../domain/person.ts'
import type { PlanStep } from '../../domain/plan.ts'
import type { Playbook } from '../../domain/playbook.ts'
import type { StepKnowledge } from '../../summaries/describe-step.ts'
import type { ProposalQuestion } from '../../domain/question.ts'
import { requirementNow } from './requirement-now.ts'
import { viewQuestions } from './view-questions.ts'
import { viewStepAsks } from './view-step-asks.ts'

export interface ProposalFacts {
  readonly proposal: Proposal
  readonly decisions: readonly Decision[]
  readonly questions: readonly ProposalQuestion[]
  readonly directory: Directory
  /** Person id. */
  readonly commander: string | null
  readonly onCall: readonly string[]
  /** Person ids of approvers beyond the fatigue limit. */
  readonly fatigued: ReadonlySet<string>
  /** Person ids of those whose approval the policy would not let them give any more. */
  readonly forbidden: ReadonlySet<string>
  readonly known: StepKnowledge
  readonly playbooks: readonly Playbook[]
  readonly catalog: ServiceCatalog
  readonly preview: PlanPreview | null
  /** Names of those that may run without their quorum. */
  readonly breakGlass: readonly string[]
}

export function viewProposal(facts: ProposalFacts): ProposalView {
  const { proposal, decisions, directory, known } = facts
  const { plan, required, requester } = proposal
  const quorumFacts = { ...facts, tier: proposal.tier, requirement: required, requester, people: directory.list() }
  const isPending = proposal.state === 'pending'
  return {
    id: proposal.id,
    state: proposal.state,
    playbook: plan.playbook.name,
    playbookTitle: plan.playbook.title,
    playbookDigest: plan.playbook.digest,
    tier: proposal.tier,
    tierReasons: proposal.tierReasons,
    planDigest: proposal.planDigest,
    planHash: proposal.planHash,
    steps: plan.steps.map((step) => ({ ...viewStep(step, known, facts.preview), asks: asksOf(step, facts) })),
    disturbed: plan.risk.disturbed,
    blast: blastGraphOf(facts.catalog, plan.risk.disturbed),
    reversible: plan.risk.reversible,
    requester,
    requesterName: nameOf(requester, directory),
    reasons: proposal.reasons,
    required: requirementNow(quorumFacts),
    decisions: decisions.map(viewDecision),
    questions: viewQuestions(facts.questions),
    approvalsCounted: countQuorum(quorumFacts).counted.length,
    canApprove: isPending ? namesOnCallFirst(listEligibleApprovers(quorumFacts), facts.onCall) : [],
    asksInputs: asksInputs(facts),
    createdAt: proposal.createdAt,
    expiresAt: proposal.expiresAt,
    closedAt: proposal.closedAt,
    closedReason: proposal.closedReason,
    symptomGone: proposal.symptomGone,
    canBreakGlass: proposal.tier !== 4 && facts.breakGlass.includes(plan.playbook.name),
  }
}

function asksInputs({ proposal, playbooks }: ProposalFacts): boolean {
  const playbook = playbooks.find(({ name }) => name === proposal.plan.playbook.name)
  return Object.values(playbook?.inputs ?? {}).some(({ kind }) => kind === 'ask')
}

export function namesOnCallFirst(people: readonly Person[], onCall: readonly string[]): readonly string[] {
  const isOnCall = (person: Person) => onCall.includes(person.id) || onCall.includes(person.name)
  return [...people.filter(isOnCall), ...people.filter((person) => !isOnCall(person))].map((person) => person.name)
}

export function nameOf(personId: string, directory: Directory): string {
  if (personId === COUNTERSIGN.id) return COUNTERSIGN.name
  return directory.findById(personId)?.name ?? personId
}

function asksOf(step: PlanStep, { proposal, catalog, directory, commander }: ProposalFacts): PlanStepView['asks'] {
  const { plan, requester } = proposal
  return viewStepAsks(step, { plan, catalog, requester, people: directory.list(), commander })
}

function viewStep(step: PlanStep, known: StepKnowledge, preview: PlanPreview | null): Omit<PlanStepView, 'asks'> {
  return {
    id: step.id,
    uses: step.uses,
    with: step.with,
    target: `${step.target.system} ${step.target.resource}`,
    before: step.before,
    isVerification: step.isVerification,
    undo: step.undo === null ? null : describeStep({ ...step.undo, before: null }, known),
    sentence: describeStep(step, known),
    beforeText: describeBefore(step.before),
    preview: viewPreview(step, preview),
  }
}

function viewPreview(step: PlanStep, preview: PlanPreview | null): StepPreviewView | null {
  const facts = preview?.steps.find(({ stepId }) => stepId === step.id)
  if (facts === undefined) return null
  const gatheredAt = new Date(facts.gatheredAt)
  return { facts, short: describePreviewShort(facts), rows: describePreview(facts), gatheredAt }
}

export function viewDecision(decision: Omit<Decision, 'proposalId' | 'planHash'>): DecisionView {
  return {
    person: decision.personId,
    personName: decision.personName,
    decision: decision.decision,
    reason: decision.reason,
    at: decision.at,
    surface: decision.surface,
    withdrawn: decision.withdrawnAt !== null,
  }
}
