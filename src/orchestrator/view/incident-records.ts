import type { Alert } from '../../domain/alert.ts'
import type { RunApprovals } from './view-step-approval.ts'
import type { Attempt, Run } from '../../domain/run.ts'
import type { Decision, Proposal } from '../../domain/approval.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { FeedbackRecords } from './view-feedback.ts'
import type { FollowUp } from '../../domain/follow-up.ts'
import type { Freeze } from '../../domain/freeze.ts'
import type { GlassBreak } from '../../domain/glass-break.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentFindings } from '../../ports/incident-store.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { PlanPreview } from '../../domain/plan-preview.ts'
import type { ProposalQuestion } from '../../domain/question.ts'
import type { SurfaceState } from '../../ports/surface-state-store.ts'

/** What the database holds of one incident, before anything is judged. */
export interface IncidentRecords {
  readonly incident: Incident
  readonly alerts: readonly Alert[]
  readonly counts: IncidentView['alerts']
  readonly findings: IncidentFindings
  readonly evidence: readonly Evidence[]
  readonly proposal: Proposal | undefined
  readonly decisions: readonly Decision[]
  /** And answers, about this proposal. */
  readonly questions: readonly ProposalQuestion[]
  /** What the plan of this proposal would change, as far as it is known. */
  readonly preview: PlanPreview | null
  /** Approvers of this proposal who are beyond the limit of decisions. */
  readonly fatigued: ReadonlySet<string>
  readonly runs: readonly Run[]
  readonly followUps: readonly FollowUp[]
  readonly runProposal: Proposal | undefined
  readonly attempts: readonly Attempt[]
  /** The nested approvals of the newest run. */
  readonly approvals: RunApprovals
  readonly freezes: readonly Freeze[]
  /** By which freezes that come back are judged. */
  readonly now: Date
  readonly surfaces: readonly SurfaceState[]
  /** The newest first. */
  readonly glass: readonly GlassBreak[]
  readonly feedback: FeedbackRecords
}
