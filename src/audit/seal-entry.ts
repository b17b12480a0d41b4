import type { AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { leafHashOf } from './hash-chain.ts'
import { redactJson } from './redact.ts'
import type { RedactionOptions } from './redact.ts'

/** Raised with every change of the fields, so that an auditor's tools can tell old entries from new ones. */
const AUDIT_SCHEMA_VERSION = 1

export interface SealingContext extends RedactionOptions {
  /** UUIDv7. */
  readonly entryId: string
  readonly at: Date
  readonly replica: string
  /** Version or digest of the program that wrote it. */
  readonly build: string
}

/**
 * The bytes that stand for ever: canonical JSON, redacted first. What people and other systems wrote is looked at for
 * secrets; hashes and ids of our own are not, since a rule that hit one would cut the thread between entries.
 */
export function sealEntry(record: AuditRecord, context: SealingContext): SealedLeaf {
  const { details, actor, target, reasonCode, breakGlass, ...own } = record
  const foreign = {
    actor: { ...actor },
    target: target ?? null,
    reasonCode: reasonCode ?? null,
    breakGlass: breakGlass === undefined ? null : { ...breakGlass },
    details: details ?? null,
  }
  const { value, count, rules } = redactJson<JsonObject>(foreign, context)
  const entry = withoutEmpty({
    ...(own as unknown as JsonObject),
    ...value,
    schema: AUDIT_SCHEMA_VERSION,
    entryId: context.entryId,
    at: context.at.toISOString(),
    replica: context.replica,
    build: context.build,
    redactions: count === 0 ? null : { count, rules },
  })
  const bytes = new TextEncoder().encode(canonicalJson(entry))
  return {
    entryId: context.entryId,
    event: record.event,
    incidentId: record.incidentId ?? null,
    bytes,
    leafHash: leafHashOf(bytes),
  }
}

function withoutEmpty(entry: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(entry).filter((member): member is [string, Json] => member[1] !== null && member[1] !== undefined),
  )
}
