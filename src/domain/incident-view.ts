import type { AttemptState, RunState, StepOutcome } from './run.ts'
import type { ProposalState, QuorumRequirement } from './approval.ts'
import type { ActionName, TargetState } from './action.ts'
import type { GlassVerdict } from './glass-break.ts'
import type { IncidentState } from './incident.ts'
import type { FeedbackAnswer, FeedbackQuestion } from './feedback.ts'
import type { Freeze, FreezeHold } from './freeze.ts'
import type { BlastGraph } from './blast-graph.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { StepPreview } from './plan-preview.ts'
import type { Severity } from './severity.ts'
import type { SurfaceName } from './surface.ts'
import type { StepApprovalState } from './step-approval.ts'
import type { Suspect } from './change-event.ts'
import type { Tier } from './plan.ts'

/**
 * Everything a card shows, already decided: every surface renders from this and from nothing else, so that two
 * surfaces cannot disagree. Text that came from outside is marked by its type: `Untrusted` is escaped by the surface
 * and never becomes markup, a mention or a link.
 */
export type Untrusted = string

export interface SummarySentence {
  readonly text: Untrusted
  /** Evidence ids. */
  readonly evidence: readonly string[]
}

export interface LinkView {
  readonly title: Untrusted
  /** Host is allowed by configuration; shown with the host. */
  readonly url: string
  readonly host: string
}

export interface DecisionView {
  readonly person: string
  readonly personName: string
  readonly decision: 'approve' | 'reject'
  readonly reason: Untrusted | null
  readonly at: Date
  readonly surface: string
  readonly withdrawn: boolean
}

/** Asked about an approval that waits, with what was answered; it counts for nothing. */
export interface QuestionView extends SaidView {
  readonly number: number
  /** Id of the nested approval that it is about; null for the plan itself. */
  readonly step: string | null
  readonly answers: readonly SaidView[]
}

interface SaidView {
  readonly person: string
  readonly personName: string
  readonly text: Untrusted
  readonly at: Date
  readonly surface: string
}

export interface PlanStepView {
  readonly id: string
  readonly uses: ActionName
  readonly with: JsonObject
  readonly target: string
  readonly before: TargetState | null
  /** The same in one line; empty when nothing is compared. */
  readonly beforeText: string
  readonly isVerification: boolean
  readonly undo: string | null
  /** One line in plain words: `Roll checkout back from 7f3c… (history 42) to 1b22… (history 41)`. */
  readonly sentence: string
  /** What it would change, as found out beside the plan; null while that is not known. */
  readonly preview: StepPreviewView | null
  /** Of a nested approval: who will have to approve there before the run goes on; null for every other step. */
  readonly asks: StepAsksView | null
}

export interface StepAsksView {
  readonly tier: Tier
  readonly approvals: number
  readonly rules: readonly string[]
  /** Names of those who could give one by the directory as it is now. */
  readonly canApprove: readonly string[]
}

export interface StepPreviewView {
  readonly facts: StepPreview
  /** One line for a card; empty when there is nothing to say. */
  readonly short: Untrusted
  readonly rows: readonly { readonly label: string; readonly text: Untrusted }[]
  readonly gatheredAt: Date
}

export interface ProposalView {
  readonly id: string
  readonly state: ProposalState
  readonly playbook: string
  readonly playbookTitle: string
  readonly playbookDigest: string
  readonly tier: Tier
  readonly tierReasons: readonly string[]
  readonly planDigest: string
  readonly planHash: string
  readonly steps: readonly PlanStepView[]
  readonly disturbed: readonly string[]
  /** How the disturbed services hang together. */
  readonly blast: BlastGraph
  readonly reversible: boolean
  readonly requester: string
  readonly requesterName: string
  readonly reasons: readonly string[]
  readonly required: QuorumRequirement
  readonly decisions: readonly DecisionView[]
  /** The oldest first, those about nested approvals of its run among them. */
  readonly questions: readonly QuestionView[]
  readonly approvalsCounted: number
  /** Names of people who can still give a missing approval, those on call first. */
  readonly canApprove: readonly string[]
  /** The playbook asks people for some of its inputs: others may be given, which makes another proposal. */
  readonly asksInputs: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly closedAt: Date | null
  readonly closedReason: string | null
  /** No alert of the incident fires any more: approving asks a second time. */
  readonly symptomGone: boolean
  /** The playbook is one that may run without its quorum in an emergency. */
  readonly canBreakGlass: boolean
}

/** A plan that ran, or is to run, without its quorum: said in words on every card until the incident is resolved. */
export interface GlassView {
  readonly proposalId: string
  readonly personName: string
  readonly reason: Untrusted
  readonly at: Date
  readonly until: Date
  readonly reviewDue: Date
  readonly review: {
    readonly reviewerName: string
    readonly verdict: GlassVerdict
    readonly text: Untrusted
    readonly at: Date
  } | null
  /** Names of those who may review it; empty once it is reviewed. */
  readonly canReview: readonly string[]
}

export interface RunStepView {
  readonly id: string
  readonly uses: ActionName
  readonly direction: 'forward' | 'undo'
  readonly state: 'pending' | AttemptState
  readonly outcome: StepOutcome | null
  readonly attempts: number
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly detail: Untrusted | null
  /** How a nested approval came to its end; null while it waits, and for every other step. */
  readonly ending: StepEndingView | null
}

export interface StepEndingView {
  readonly state: Exclude<StepApprovalState, 'pending'>
  readonly at: Date | null
  /** Of a rejection its person's words; null for an approval. */
  readonly reason: Untrusted | null
  /** Names of who approved, of whom none has taken it back. */
  readonly people: readonly string[]
}

/** A nested approval that waits, shown like a proposal: what it asks, who decided, who can give what is missing. */
export interface StepApprovalView {
  readonly stepId: string
  readonly title: Untrusted
  readonly tier: Tier
  /** What a press signs. */
  readonly hash: string
  readonly required: QuorumRequirement
  readonly decisions: readonly DecisionView[]
  /** Those about this step. */
  readonly questions: readonly QuestionView[]
  readonly approvalsCounted: number
  readonly canApprove: readonly string[]
  readonly askedAt: Date
  readonly expiresAt: Date
}

export interface RunView {
  readonly id: string
  readonly proposalId: string
  readonly state: RunState
  readonly direction: 'forward' | 'undo'
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly detail: Untrusted | null
  readonly steps: readonly RunStepView[]
  /** A person may press Undo: the run failed or stopped, and something that was done can be undone. */
  readonly canUndo: boolean
  /** The nested approval that the run waits for; null while it waits for none. */
  readonly approval: StepApprovalView | null
}

/** Said on the cards of the other surfaces, so that nobody waits for an answer that cannot come. */
export interface UnreachableSurfaceView {
  readonly surface: SurfaceName
  readonly since: Date
  /** Where people can decide meanwhile. */
  readonly decideIn: readonly SurfaceName[]
}

/** One of the questions that people are asked after an incident, about what the card names. */
export interface FeedbackView {
  readonly question: FeedbackQuestion
  /** The change or the run that is asked about: `CHG-7`, `RUN-5`. An answer that means another one is refused. */
  readonly about: string
  readonly subject: Untrusted
  /** People, by what each of them says now. */
  readonly counts: Readonly<Record<FeedbackAnswer, number>>
}

/** With no service and no environment it is of everything. */
export interface FreezeView extends Pick<Freeze, 'service' | 'environment' | 'until'> {
  readonly reason: Untrusted
  readonly holds: FreezeHold
}

export interface IncidentView {
  readonly id: string
  readonly title: Untrusted
  readonly service: Untrusted | null
  readonly environment: Untrusted | null
  readonly severity: Severity
  readonly state: IncidentState
  readonly openedAt: Date
  readonly onsetAt: Date
  readonly updatedAt: Date
  readonly mitigatedAt: Date | null
  readonly resolvedAt: Date | null
  readonly quietSince: Date | null
  readonly commander: string | null
  readonly owner: string | null
  readonly onCall: readonly string[]
  readonly alerts: { readonly total: number; readonly distinct: number; readonly firing: number }
  /** What one sees, in words of the alert: `5xx 8.4 %`. */
  readonly symptom: Untrusted
  readonly impact: readonly string[]
  /** What, where, since when, how bad, what changed and what is being done, by the record alone: read in ten seconds. */
  readonly facts: readonly SummarySentence[]
  /** A model's words where they hold; else the facts. */
  readonly summary: { readonly source: 'facts' | 'model'; readonly sentences: readonly SummarySentence[] }
  /** The best first; empty while unknown. */
  readonly suspects: readonly Suspect[]
  /** Why no cause is named, when none is: `No change within 2 h before onset.` */
  readonly unknownCause: string | null
  /** Sources that could not be reached while looking for changes. */
  readonly unreachable: readonly string[]
  readonly links: readonly LinkView[]
  readonly proposal: ProposalView | null
  readonly run: RunView | null
  readonly runIds: readonly string[]
  /** Why nothing is proposed, in plain words; null while something is proposed or still being looked for. */
  readonly noProposal: string | null
  /** Those that hold something here: where the symptom is, what the plan acts on, what its undo acts on. The wider first. */
  readonly freezes: readonly FreezeView[]
  /** The one that waits for its review, else the newest; null when the glass was never broken. */
  readonly glass: GlassView | null
  readonly followUps: readonly string[]
  /** Empty unless the incident is resolved, and where neither a cause was named nor a playbook ran. */
  readonly feedback: readonly FeedbackView[]
  /** True while evidence and suspects are still being collected: the facts card says so. */
  readonly isCollecting: boolean
  readonly unreachableSurfaces: readonly UnreachableSurfaceView[]
  readonly mode: 'observe' | 'assist' | 'act'
  readonly consoleUrl: string | null
}
