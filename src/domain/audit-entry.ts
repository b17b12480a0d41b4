import type { JsonObject } from '../kernel/json.ts'
import type { Actor } from './actor.ts'
import type { Origin } from './surface.ts'

export type AuditOutcome = 'success' | 'failure' | 'refused' | 'unknown'

/**
 * What the rooms hand in; sealing adds id, time and schema version. Empty fields are left out of the bytes.
 * The fields are those of TRUST section 2; `details` holds the event's own (redacted) fields.
 */
export interface AuditRecord {
  /** `noun.past`: `incident.opened`, `decision.recorded`, `step.intended`. */
  readonly event: string
  readonly actor: Actor
  readonly origin: Origin
  readonly outcome: AuditOutcome
  readonly reasonCode?: string
  readonly target?: { readonly system: string; readonly resource: string; readonly environment: string | null }
  readonly incidentId?: string
  readonly proposalId?: string
  readonly runId?: string
  readonly stepId?: string
  readonly playbook?: { readonly name: string; readonly digest: string }
  readonly planHash?: string
  readonly policyVersion?: string
  readonly execution?: {
    readonly attempt: number
    readonly effect: string
    readonly idempotencyKey: string
    readonly fence: number
    readonly requestHash?: string
    readonly responseStatus?: number
    readonly responseHash?: string
  }
  /** TRUST field 18; `reviewer` and `reviewDone` are null until somebody reviewed it. Times as ISO 8601. */
  readonly breakGlass?: {
    readonly reason: string
    readonly reviewer: string | null
    readonly reviewDue: string
    readonly reviewDone: string | null
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
  readonly bytes: Uint8Array
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
