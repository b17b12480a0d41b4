import { differsBeside } from './differs-beside.ts'
import { leafHashOf, nextLink } from './hash-chain.ts'
import type { AuditEntry } from '../domain/audit-entry.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

/** What was found in the entries so far. */
export interface ReviewTally {
  readonly from: number
  readonly to: number
  /** Hash of entry `to`. */
  readonly link: string
  /** The first place where the log is not whole; null while it is. */
  readonly fault: string | null
  /** Entries whose content is in an archive. */
  readonly archived: number
  readonly events: ReadonlyMap<string, number>
  /** Requests refused, by reason. */
  readonly refusals: ReadonlyMap<string, number>
  /** Reads of the log and of the record, by who read. */
  readonly reads: { readonly log: number; readonly record: number; readonly readers: ReadonlySet<string> }
  /** Run and step of what nobody knows the outcome of. */
  readonly unknown: ReadonlySet<string>
  /** Entries that came in over each surface or way in. */
  readonly origins: ReadonlyMap<string, number>
  readonly sources: ReadonlySet<string>
  /** Digests of people and catalog, as replicas told them at their start. */
  readonly directories: ReadonlySet<string>
}

export function beginTally(after: number, link: string): ReviewTally {
  return {
    ...{ from: after + 1, to: after, link, fault: null, archived: 0 },
    ...{ events: new Map(), refusals: new Map(), reads: { log: 0, record: 0, readers: new Set() } },
    ...{ unknown: new Set(), origins: new Map(), sources: new Set(), directories: new Set() },
  }
}

/** Goes on with entries that follow each other. A log that is not whole is still counted, and says where it breaks. */
export function tallyEntries(tally: ReviewTally, entries: readonly AuditEntry[]): ReviewTally {
  const next = openTally(tally)
  for (const entry of entries) {
    next.fault ??= faultOf(next, entry)
    next.to = entry.seq
    next.link = entry.hash
    if (entry.bytes === null) next.archived += 1
    else countEntry(next, parseEntry(entry.bytes))
  }
  return next
}

interface OpenTally extends ReviewTally {
  to: number
  link: string
  fault: string | null
  archived: number
  readonly events: Map<string, number>
  readonly refusals: Map<string, number>
  readonly reads: { log: number; record: number; readonly readers: Set<string> }
  readonly unknown: Set<string>
  readonly origins: Map<string, number>
  readonly sources: Set<string>
  readonly directories: Set<string>
}

function openTally(tally: ReviewTally): OpenTally {
  return {
    ...tally,
    events: new Map(tally.events),
    refusals: new Map(tally.refusals),
    reads: { ...tally.reads, readers: new Set(tally.reads.readers) },
    unknown: new Set(tally.unknown),
    origins: new Map(tally.origins),
    sources: new Set(tally.sources),
    directories: new Set(tally.directories),
  }
}

function faultOf({ to, link }: ReviewTally, entry: AuditEntry): string | null {
  const { seq, bytes, leafHash, prevHash, hash } = entry
  if (seq !== to + 1) return `after entry ${String(to)} comes entry ${String(seq)}`
  if (prevHash !== link) return `entry ${String(seq)} does not follow entry ${String(to)}`
  if (nextLink(prevHash, leafHash) !== hash) return `entry ${String(seq)} has a hash that is not its own`
  if (bytes !== null && leafHashOf(bytes) !== leafHash) return `entry ${String(seq)} was changed`
  if (differsBeside(entry)) return `the columns beside entry ${String(seq)} say something else than its bytes`
  return null
}

function parseEntry(bytes: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return value !== null && typeof value === 'object' ? (value as JsonObject) : {}
  } catch {
    // Changed bytes may be anything; that they were changed is the fault that was found.
    return {}
  }
}

function countEntry(tally: OpenTally, entry: JsonObject): void {
  const event = textOf(entry['event'])
  add(tally.events, event, 1)
  add(tally.origins, textOf(entry['origin']), 1)
  countRefusal(tally, event, entry)
  countRead(tally, event, entry)
  countOutcome(tally, event, entry)
  if (event === 'alerts.received' || event === 'changes.received') tally.sources.add(memberOf(entry['actor'], 'id'))
  if (event === 'service.started') {
    const { details } = entry
    tally.directories.add(`${memberOf(details, 'people')} ${memberOf(details, 'catalog')}`)
  }
}

function countRefusal({ refusals }: OpenTally, event: string, entry: JsonObject): void {
  if (entry['outcome'] !== 'refused') return
  const reason = textOf(entry['reasonCode']) || 'no reason'
  // The count of a minute holds its first one, which has an entry of its own.
  add(refusals, reason, event === 'refusals.counted' ? numberOf(entry['details'], 'count') - 1 : 1)
}

function countRead({ reads }: OpenTally, event: string, entry: JsonObject): void {
  if (event !== 'audit.read' && event !== 'record.read') return
  // Entries of older builds stand for one read each.
  const count = numberOf(entry['details'], 'reads') || 1
  if (event === 'audit.read') reads.log += count
  else reads.record += count
  reads.readers.add(memberOf(entry['actor'], 'id'))
}

const LEFT_OPEN: readonly string[] = ['step.unknown', 'step.handed_over']
const KNOWN: readonly string[] = ['step.succeeded', 'step.failed', 'step.settled', 'step.reconciled']

function countOutcome({ unknown }: OpenTally, event: string, entry: JsonObject): void {
  const step = `${textOf(entry['runId'])} ${textOf(entry['stepId'])}`
  if (LEFT_OPEN.includes(event)) unknown.add(step)
  if (KNOWN.includes(event)) unknown.delete(step)
}

function add(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject)[name] : undefined
}

function memberOf(value: Json | undefined, name: string): string {
  return textOf(member(value, name))
}

function numberOf(value: Json | undefined, name: string): number {
  const number = member(value, name)
  return typeof number === 'number' ? number : 0
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
