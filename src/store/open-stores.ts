import type { SurfaceName } from '../domain/surface.ts'
import type { Stores } from '../ports/stores.ts'
import { createAlertStore } from './alert-store.ts'
import { createChangeStore } from './change-store.ts'
import { createDeliveryStore } from './delivery-store.ts'
import { createFindingsStore } from './findings-store.ts'
import { createHousekeeping } from './housekeeping-store.ts'
import { createIncidentStore } from './incident-store.ts'
import { createInstallationStore } from './installation-store.ts'
import { createRefusalStore } from './refusal-store.ts'
import { createAuditLeafStore } from './audit-leaf-store.ts'
import { createAuditLog } from './audit-log-store.ts'
import { createAuditReader } from './audit-reader.ts'
import { createCapturedMessageStore } from './captured-message-store.ts'
import { createCardQueries, createCardStore } from './card-store.ts'
import { createClockDutyStore } from './clock-duty-store.ts'
import { createConfigurationStore } from './configuration-store.ts'
import { createDeadLetterStore } from './dead-letter-store.ts'
import { createDecisionStore } from './decision-store.ts'
import { createEscalationStore } from './escalation-store.ts'
import { createEvidenceStore } from './evidence-store.ts'
import { createFeedbackStore } from './feedback-store.ts'
import { createFollowUpStore } from './follow-up-store.ts'
import { createFreezeStore } from './freeze-store.ts'
import { createGlassStore } from './glass-store.ts'
import { createKnownThenStore } from './known-then-store.ts'
import { createLeaseStore } from './lease-store.ts'
import { createLeasedRunStore } from './leased-run-store.ts'
import { createLedgerStore } from './ledger-store.ts'
import { createLogReviewStore } from './log-review-store.ts'
import { createOutbox, createOutboxQueue } from './outbox-store.ts'
import { createPlaybookRecordStore } from './playbook-record-store.ts'
import { createPreviewStore } from './preview-store.ts'
import { createProposalQueries, createProposalStore } from './proposal-store.ts'
import { createQuestionStore } from './question-store.ts'
import { createRoomStore } from './room-store.ts'
import { createRunControlStore } from './run-control-store.ts'
import { createRunReadingStore } from './run-reading-store.ts'
import { createRunStore } from './run-store.ts'
import { createRunSweepStore } from './run-sweep-store.ts'
import { createStandstillStore } from './standstill-store.ts'
import { createStepApprovalStore } from './step-approval-store.ts'
import { createShownPictureStore } from './shown-picture-store.ts'
import { createSurfaceStateStore } from './surface-state-store.ts'
import { createTeamsConversationStore } from './teams-conversation-store.ts'
import { createTimelineStore } from './timeline-store.ts'
import type { Database } from './database.ts'
import type { JobQueue } from '../ports/job-queue.ts'

export interface StoreNeeds {
  /** The surfaces this installation speaks on: a message for another one would wait for ever. */
  readonly surfaces: readonly SurfaceName[]
  readonly queueOf: (db: Database) => JobQueue
}

/** All stores on one handle: the pool, or the transaction of a unit of work. */
export function openStores(db: Database, { surfaces, queueOf }: StoreNeeds): Stores {
  return {
    alerts: createAlertStore(db),
    changes: createChangeStore(db),
    deliveries: createDeliveryStore(db),
    findings: createFindingsStore(db),
    housekeeping: createHousekeeping(db),
    incidents: createIncidentStore(db),
    installations: createInstallationStore(db),
    refusals: createRefusalStore(db),
    audit: createAuditLeafStore(db),
    auditLog: createAuditLog(db),
    auditReader: createAuditReader(db),
    capturedMessages: createCapturedMessageStore(db),
    cardQueries: createCardQueries(db),
    cards: createCardStore(db),
    clockDuties: createClockDutyStore(db),
    configuration: createConfigurationStore(db),
    deadLetters: createDeadLetterStore(db),
    decisions: createDecisionStore(db),
    escalations: createEscalationStore(db),
    evidence: createEvidenceStore(db),
    feedback: createFeedbackStore(db),
    followUps: createFollowUpStore(db),
    freezes: createFreezeStore(db),
    glass: createGlassStore(db),
    jobs: queueOf(db),
    knownThen: createKnownThenStore(db),
    leasedRuns: createLeasedRunStore(db),
    leases: createLeaseStore(db),
    ledger: createLedgerStore(db, surfaces),
    logReviews: createLogReviewStore(db),
    outbox: createOutbox(db, surfaces),
    outboxQueue: createOutboxQueue(db),
    playbookRecords: createPlaybookRecordStore(db),
    previews: createPreviewStore(db),
    proposalQueries: createProposalQueries(db),
    proposals: createProposalStore(db),
    questions: createQuestionStore(db),
    rooms: createRoomStore(db),
    runControl: createRunControlStore(db),
    runReadings: createRunReadingStore(db),
    runSweep: createRunSweepStore(db),
    runs: createRunStore(db),
    standstills: createStandstillStore(db),
    stepApprovals: createStepApprovalStore(db),
    surfaceStates: createSurfaceStateStore(db),
    shownPictures: createShownPictureStore(db),
    teamsConversations: createTeamsConversationStore(db),
    timeline: createTimelineStore(db),
  }
}
