import type { AlertStore } from './alert-store.ts'
import type { AuditLeafStore } from './audit-leaf-store.ts'
import type { AuditLog } from './audit-log.ts'
import type { AuditReader } from './audit-reader.ts'
import type { CapturedMessageStore } from './captured-message-store.ts'
import type { ClockDutyStore } from './clock-duty-store.ts'
import type { CardQueries, CardStore } from './card-store.ts'
import type { ChangeStore } from './change-store.ts'
import type { ConfigurationStore } from './configuration-store.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import type { DecisionStore, ProposalQueries, ProposalStore } from './proposal-store.ts'
import type { DeliveryStore } from './delivery-store.ts'
import type { EscalationStore } from './escalation-store.ts'
import type { EvidenceStore } from './evidence-store.ts'
import type { FeedbackStore } from './feedback-store.ts'
import type { FindingsStore, IncidentStore } from './incident-store.ts'
import type { FollowUpStore } from './follow-up-store.ts'
import type { FreezeStore } from './freeze-store.ts'
import type { GlassStore } from './glass-store.ts'
import type { Housekeeping } from './housekeeping.ts'
import type { InstallationStore } from './installation-store.ts'
import type { JobQueue } from './job-queue.ts'
import type { KnownThenStore } from './known-then-store.ts'
import type { LeaseStore } from './lease-store.ts'
import type { LeasedRunStore, RunControl, RunStore, RunSweep } from './run-store.ts'
import type { RunReadingStore } from './run-reading-store.ts'
import type { LedgerStore } from './ledger-store.ts'
import type { LogReviewStore } from './log-review-store.ts'
import type { Outbox, OutboxQueue } from './outbox.ts'
import type { PreviewStore } from './preview-store.ts'
import type { PlaybookRecordStore } from './playbook-record-store.ts'
import type { QuestionStore } from './question-store.ts'
import type { RoomStore } from './room-store.ts'
import type { RefusalStore } from './refusal-store.ts'
import type { StandstillStore } from './standstill-store.ts'
import type { StepApprovalStore } from './step-approval-store.ts'
import type { ShownPictureStore } from './shown-picture-store.ts'
import type { SurfaceStateStore } from './surface-state-store.ts'
import type { TeamsConversationStore } from './teams-conversation-store.ts'
import type { TimelineStore } from './timeline-store.ts'

/**
 * All stores, bound to one transaction (inside `UnitOfWork.run`) or to the pool (each call its own transaction).
 * Each noun's port lives in its own file `<noun>-store.ts` and its implementation in `src/store/<noun>-store.ts`.
 */
export interface Stores {
  readonly alerts: AlertStore
  readonly audit: AuditLeafStore
  readonly auditLog: AuditLog
  readonly auditReader: AuditReader
  readonly capturedMessages: CapturedMessageStore
  readonly cardQueries: CardQueries
  readonly cards: CardStore
  readonly changes: ChangeStore
  readonly clockDuties: ClockDutyStore
  readonly configuration: ConfigurationStore
  readonly deadLetters: DeadLetterStore
  readonly decisions: DecisionStore
  readonly deliveries: DeliveryStore
  readonly escalations: EscalationStore
  readonly evidence: EvidenceStore
  readonly feedback: FeedbackStore
  readonly findings: FindingsStore
  readonly followUps: FollowUpStore
  readonly freezes: FreezeStore
  readonly glass: GlassStore
  readonly housekeeping: Housekeeping
  readonly incidents: IncidentStore
  readonly installations: InstallationStore
  readonly jobs: JobQueue
  readonly knownThen: KnownThenStore
  readonly leasedRuns: LeasedRunStore
  readonly leases: LeaseStore
  readonly ledger: LedgerStore
  readonly logReviews: LogReviewStore
  readonly outbox: Outbox
  readonly outboxQueue: OutboxQueue
  readonly playbookRecords: PlaybookRecordStore
  readonly previews: PreviewStore
  readonly proposalQueries: ProposalQueries
  readonly proposals: ProposalStore
  readonly questions: QuestionStore
  readonly runControl: RunControl
  readonly refusals: RefusalStore
  readonly rooms: RoomStore
  readonly runReadings: RunReadingStore
  readonly runSweep: RunSweep
  readonly runs: RunStore
  readonly standstills: StandstillStore
  readonly stepApprovals: StepApprovalStore
  readonly surfaceStates: SurfaceStateStore
  readonly shownPictures: ShownPictureStore
  readonly teamsConversations: TeamsConversationStore
  readonly timeline: TimelineStore
}

/** State and its audit leaves commit together; messages and jobs appended in it wake their workers at commit. */
export interface UnitOfWork {
  /** Runs `work` in one transaction (READ COMMITTED). Serialisation failures and deadlocks are tried again up to 3 times. */
  run<T>(work: (stores: Stores) => Promise<T>): Promise<T>
  /**
   * For what is one statement and so a transaction by itself: nothing is said around it. Tried again like `run`.
   */
  single<T>(work: (stores: Stores) => Promise<T>): Promise<T>
  /**
   * For many reads at once: all on one connection, sent without waiting for each other. No transaction: each sees what
   * is committed when it runs.
   */
  read<T>(work: (stores: Stores) => Promise<T>): Promise<T>
}
