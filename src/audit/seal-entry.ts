import type { AuditPhase, AuditRecord, AuditTarget, SealedLeaf } from '../domain/audit-entry.ts'
import type { Origin } from '../domain/surface.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import { leafHashOf } from './hash-chain.ts'
import { phaseOf } from './phase-of.ts'
import { redactJson } from './redact.ts'
import type { RedactionOptions } from './redact.ts'

/** Raised with every change of the fields, so that an auditor's tools can tell old entries from new ones. */
const AUDIT_SCHEMA_VERSION = 3

/** PCI DSS 10.5.1: twelve months, in the database or archived; a day more, so that no clock makes it less. */
const LEAST_RETENTION_DAYS = 366
/** The longest month, so that the days are never fewer than the months. */
const DAYS_A_MONTH = 31
const DAY_MS = 86_400_000

/** Where a target's system is reached, and which credential reaches it: its name, never its value. */
export interface SystemFacts {
  readonly account: string | null
  readonly credentialRef: string | null
}

export interface SealingContext extends RedactionOptions {
  /** UUIDv7. */
  readonly entryId: string
  readonly at: Date
  readonly replica: string
  /** Version of the program that wrote it. */
  readonly build: string
  /** SHA-256 of its sources. */
  readonly buildDigest?: string
  /** The database's clock less this replica's, as last measured; undefined before the first measurement. */
  readonly clockOffsetMs?: number | undefined
  readonly systems?: Readonly<Record<string, SystemFacts>>
  /** From the catalog; undefined for a service that it does not know. */
  readonly isInPciScope?: (service: string) => boolean | undefined
  /** How many whole months entries stay in the database (`audit.retention.months`); they are kept at least that long. */
  readonly retentionMonths?: number
}

/**
 * The bytes that stand for ever: canonical JSON, redacted first. What people and other systems wrote is looked at for
 * secrets; hashes and ids of our own are not, since a rule that hit one would cut the thread between entries.
 */
export function sealEntry(record: AuditRecord, context: SealingContext): SealedLeaf {
  const phase = phaseOf(record)
  requireNoModel(record, phase)
  const { value, count, rules } = redactJson<JsonObject>(foreignPart(record, context), context)
  const entry = withoutEmpty({
    ...ownPart(record, context),
    ...value,
    phase,
    ...timesOf(context),
    dataClass: dataClassOf(value),
    schema: AUDIT_SCHEMA_VERSION,
    entryId: context.entryId,
    replica: context.replica,
    build: context.build,
    buildDigest: context.buildDigest,
    redactions: { count, rules },
  })
  const bytes = Buffer.from(canonicalJson(entry))
  return {
    entryId: context.entryId,
    event: record.event,
    incidentId: record.incidentId ?? null,
    bytes,
    leafHash: leafHashOf(bytes),
  }
}

/** What people and other systems wrote, or may have had a hand in. */
function foreignPart(record: AuditRecord, context: SealingContext): JsonObject {
  const { actor, target, reasonCode, params, preconditions, rollbackRef, verification } = record
  return {
    actor: { ...actor, ...chatOf(record) },
    target: target === undefined ? undefined : targetOf(target, context),
    ...{ reasonCode, params, preconditions, rollbackRef, verification },
    approvals: record.approvals,
    breakGlass: record.breakGlass,
    details: record.details,
  } as unknown as JsonObject
}

/** Ids, hashes and words of our own. */
function ownPart(record: AuditRecord, context: SealingContext): JsonObject {
  const { execution, params, runId, proposalId, incidentId } = record
  const own: Record<string, Json> = {}
  for (const name in record) if (!NOT_OWN.has(name)) own[name] = record[name as keyof AuditRecord] as Json
  return {
    ...own,
    ...requestOf(record),
    ...(execution === undefined ? {} : { execution: executionOf(execution, record.target, context) }),
    ...(params === undefined ? {} : { paramsHash: sha256Hex(canonicalJson(params)) }),
    ...(record.breakGlass === undefined ? {} : { changeType: 'emergency' }),
    correlationId: record.correlationId ?? runId ?? proposalId ?? incidentId ?? context.entryId,
  }
}

const NOT_OWN: ReadonlySet<string> = new Set([
  'actor',
  'target',
  'reasonCode',
  'params',
  'preconditions',
  'rollbackRef',
  'verification',
  'approvals',
  'breakGlass',
  'details',
  'request',
  'execution',
])

const DECIDING: readonly AuditPhase[] = ['approved', 'denied', 'withdrawn', 'intent', 'outcome', 'break_glass']

/** No entry can say that a model decided or did something: whoever tries that has a fault, and nothing is written. */
function requireNoModel({ actor, approvals, event }: AuditRecord, phase: AuditPhase): void {
  const isDecision = DECIDING.includes(phase) || (approvals?.length ?? 0) > 0
  if (actor.type === 'llm' && isDecision) throw new Error(`A language model cannot be the actor of ${event}.`)
}

/** How who acts was told, where the writer hands in no more than the way in. */
const METHOD_OF_ORIGIN: Readonly<Record<Origin, string>> = {
  slack: 'slack_signature',
  teams: 'bot_framework_token',
  console: 'console_session',
  cli: 'os_login',
  webhook: 'webhook_credential',
  clock: 'internal',
  api: 'api_token',
}

function requestOf({ origin, request }: AuditRecord): JsonObject {
  const auth = { method: METHOD_OF_ORIGIN[origin] }
  if (request === undefined) return { auth }
  const { channel, message, signatureHash, sessionHash, mfa, verifiedAt, sourceIp } = request
  const where = { channel, message, signatureHash, sourceIp }
  return { auth: withoutEmpty({ ...auth, mfa, sessionHash, verifiedAt }), request: withoutEmpty(where) }
}

/** The account that spoke belongs to the actor only where a person is the actor. */
function chatOf({ actor, request }: AuditRecord): JsonObject {
  return actor.type === 'human' && request?.account != null ? { chat: { ...request.account } } : {}
}

function targetOf({ service, ...target }: AuditTarget, { systems, isInPciScope }: SealingContext): JsonObject {
  const isInScope = service == null ? undefined : isInPciScope?.(service)
  return withoutEmpty({
    ...target,
    service,
    account: systems?.[target.system]?.account ?? null,
    // Not to know is not to be out of scope.
    pciScope: service == null ? null : isInScope === undefined ? 'unknown' : isInScope ? 'in' : 'out',
  })
}

function executionOf(
  execution: NonNullable<AuditRecord['execution']>,
  target: AuditTarget | undefined,
  { systems }: SealingContext,
): JsonObject {
  const credentialRef = target === undefined ? null : (systems?.[target.system]?.credentialRef ?? null)
  return withoutEmpty({ ...execution, credentialRef })
}

/** `dbTime` is the replica's time put right by the offset last measured; the database's own stands beside the leaf. */
function timesOf({ at, clockOffsetMs, retentionMonths = 0 }: SealingContext): JsonObject {
  const retentionDays = Math.max(LEAST_RETENTION_DAYS, retentionMonths * DAYS_A_MONTH)
  const known = clockOffsetMs === undefined ? null : Math.round(clockOffsetMs)
  return {
    at: at.toISOString(),
    clockOffsetMs: known,
    dbTime: new Date(at.getTime() + (known ?? 0)).toISOString(),
    retentionUntil: new Date(at.getTime() + retentionDays * DAY_MS).toISOString().slice(0, 10),
  }
}

function dataClassOf({ target }: JsonObject): string {
  const scope = target !== null && typeof target === 'object' && 'pciScope' in target ? target['pciScope'] : null
  return scope === 'in' ? 'restricted' : 'internal'
}

/** Only for members whose names are our own. */
function withoutEmpty(entry: Readonly<Record<string, Json | undefined>>): JsonObject {
  const members: Record<string, Json> = {}
  for (const name in entry) {
    const item = entry[name]
    if (item !== null && item !== undefined) members[name] = item
  }
  return members
}
