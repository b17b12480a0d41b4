import type { JsonObject } from '../kernel/json.ts'
import type { Actor } from './actor.ts'
import type { OnCallStanding } from './on-call.ts'
import type { ProposalState } from './approval.ts'
import type { AttemptState, RunState } from './run.ts'
import type { StepApprovalState } from './step-approval.ts'
import type { Origin, SurfaceName } from './surface.ts'

export type AuditOutcome = 'success' | 'failure' | 'refused' | 'unknown'

/**
 * What an entry tells of, in the words an auditor filters by (TRUST section 2, field 3). Sealing derives it from event
 * and outcome; a writer that knows better says so itself. `recorded` is everything that is none of the others: alerts,
 * changes, moves of an incident, notes.
 */
export const AUDIT_PHASES = [
  'proposed',
  'approved',
  'denied',
  'withdrawn',
  'expired',
  'superseded',
  'drifted',
  'cancelled',
  'intent',
  'outcome',
  'unknown',
  'verified',
  'break_glass',
  'config_change',
  'audit_read',
  'auth_fail',
  'log_start',
  'log_stop',
  'recorded',
] as const
export type AuditPhase = (typeof AUDIT_PHASES)[number]

/** Who did it. A model writes words and never decides: sealing refuses an `llm` where something is decided or sent. */
export type AuditActor = Actor | { readonly type: 'llm'; readonly id: string; readonly name: string }

/** The request behind an entry, as the surface vouches for it after verification (fields 5 to 7). */
export interface AuditRequest {
  /** The chat account that asked, by immutable ids. */
  readonly account: { readonly platform: SurfaceName; readonly tenant: string; readonly user: string } | null
  readonly channel: string | null
  /** Slack timestamp or Teams activity id of the message that was said or pressed. */
  readonly message: string | null
  /** SHA-256, hex, of the signature or token that was verified; never the thing itself. */
  readonly signatureHash: string | null
  /** SHA-256, hex, of what names the browser session. */
  readonly sessionHash: string | null
  /** Whether a second factor was shown; null where the platform does not say. */
  readonly mfa: boolean | null
  /** RFC 3339. When the proof was checked. */
  readonly verifiedAt: string | null
  /**
   * The other end of the HTTP connection, never what a header says; null where that is a chat platform and not who asks.
   */
  readonly sourceIp: string | null
}

/** One approval as it was counted (field 13). */
export interface AuditApproval {
  /** Person id: the subject at the identity provider. */
  readonly subject: string
  /** As shown then; decides nothing. */
  readonly name: string
  readonly rolesAtTime: readonly string[]
  readonly groupsAtTime: readonly string[]
  /** Where roles and groups were read from. */
  readonly roleSource: string
  /**
   * Whether the person was on call for the service when they decided, by a schedule that was read at most a minute
   * before; `unknown` when it could not be read. Absent where no schedule tells of the service. It grants nothing.
   */
  readonly onCall?: { readonly standing: OnCallStanding; readonly source: string }
  /** RFC 3339, the database's clock. */
  readonly decidedAt: string
  readonly planHashSeen: string
  readonly reason: string | null
  readonly surface: Origin
}

/** Field 18. Times RFC 3339. */
export interface AuditBreakGlass {
  readonly reason: string
  readonly reviewer: string | null
  readonly reviewDue: string
  readonly reviewDone: string | null
}

/** Field 16: which model saw and wrote what, by hash. */
export interface AuditModel {
  readonly provider: string
  readonly model: string
  readonly promptTemplate: string
  readonly promptTemplateHash: string
  readonly inputHash: string
  readonly outputHash: string
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** Never `decide`. */
  readonly usedFor: string
}

export interface AuditTarget {
  readonly system: string
  readonly resource: string
  readonly environment: string | null
  /** The catalog's service, by which sealing tells whether it is in scope for PCI DSS. */
  readonly service?: string | null
}

/**
 * What the rooms hand in; sealing adds id, time, schema version, phase and what only the process knows (replica, build,
 * the clock's offset, accounts, retention). Empty fields are left out of the bytes. The fields are those of TRUST section
 * 2, by its numbers in docs/audit.md; `details` holds the event's own (redacted) fields.
 */
export interface AuditRecord {
  /** `noun.past`: `incident.opened`, `decision.recorded`, `step.intended`. */
  readonly event: string
  readonly phase?: AuditPhase
  readonly actor: AuditActor
  readonly origin: Origin
  readonly request?: AuditRequest
  readonly outcome: AuditOutcome
  /** A fixed word: why it was refused, stopped, or what came of a step. */
  readonly reasonCode?: string
  /** A fixed word for what kind of failure it was: `answer_lost`, `target_failed`, `target_refused`. */
  readonly errorClass?: string
  readonly target?: AuditTarget
  readonly incidentId?: string
  readonly alertFingerprints?: readonly string[]
  /** Of the ticket system; none is connected yet, so nobody fills it. */
  readonly changeTicket?: string
  readonly proposalId?: string
  readonly runId?: string
  readonly stepId?: string
  /** From 0. */
  readonly stepIndex?: number
  readonly playbook?: { readonly name: string; readonly digest: string }
  /** The plan's tier. */
  readonly riskClass?: number
  readonly changeType?: 'standard' | 'normal' | 'emergency'
  readonly planHash?: string
  /** Unredacted: sealing hashes them (`paramsHash`) and writes them down redacted. */
  readonly params?: JsonObject
  /** The state the target must be in, or was found in. */
  readonly preconditions?: JsonObject
  /** How it is taken back; `none` says that it cannot be. */
  readonly rollbackRef?: JsonObject | 'none'
  /** Person id, or `countersign`. */
  readonly requester?: string
  readonly approvals?: readonly AuditApproval[]
  readonly policyVersion?: string
  readonly quorumRequired?: number
  /** RFC 3339. */
  readonly expiresAt?: string
  readonly execution?: {
    readonly attempt: number
    readonly effect: string
    readonly idempotencyKey: string
    readonly fence: number
    readonly requestHash?: string
    /** What the connector made of the answer: done, failed, pending, not_executed, unknown. */
    readonly responseStatus?: string
    readonly responseHash?: string
    readonly durationMs?: number
  }
  readonly verification?: { readonly expected: JsonObject; readonly observed: JsonObject; readonly observedAt: string }
  readonly llm?: AuditModel
  readonly breakGlass?: AuditBreakGlass
  /** When the source says that it happened, RFC 3339. */
  readonly sourceTs?: string
  /** When it reached this process, RFC 3339. */
  readonly receivedAt?: string
  /** What holds one story together; the incident where it is left out. */
  readonly correlationId?: string
  /** The entry that led to this one, where the same process wrote it. */
  readonly parentEntryId?: string
  /**
   * The states after it, of what this entry moved (`proposalId`, `runId`, and the attempt of `execution`). Every move is
   * on the log: these alone, laid over one another, give the states that the database has.
   */
  readonly states?: {
    readonly proposal?: ProposalState
    readonly run?: RunState
    readonly attempt?: AttemptState
    /** Of the nested approval of `runId` and `stepId`. */
    readonly stepApproval?: StepApprovalState
  }
  readonly details?: JsonObject
}

/** Sealed: the canonical bytes and their leaf hash, SHA-256(0x00 ‖ bytes) as RFC 6962 has it. */
export interface SealedLeaf {
  readonly entryId: string
  readonly event: string
  readonly incidentId: string | null
  readonly bytes: Uint8Array
  /** Lower-case hex. */
  readonly leafHash: string
}

/** A leaf with its place in the chain, as the sequencer numbered it. */
export interface AuditEntry {
  readonly seq: number
  /** null where they were archived. */
  readonly bytes: Uint8Array | null
  /** What columns beside the bytes repeat, for finding entries; null where they were archived. */
  readonly columns: {
    readonly entryId: string
    readonly event: string
    readonly incidentId: string | null
    readonly leafHash: string
  } | null
  readonly leafHash: string
  readonly prevHash: string
  readonly hash: string
}

export interface Checkpoint {
  readonly origin: string
  readonly epoch: number
  /** Number of entries covered: entries 1 … size. */
  readonly size: number
  /** RFC 6962 tree head over the leaf hashes 1 … size, hex. */
  readonly root: string
  /** Hash of entry `size` in the chain, hex. */
  readonly chain: string
  readonly at: string
  readonly keyId: string
  /** Ed25519 over the canonical JSON of all the other fields, base64. */
  readonly signature: string
}
