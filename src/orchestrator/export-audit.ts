import { differsBeside } from '../audit/differs-beside.ts'
import { buildLevels, inclusionPath } from '../audit/merkle.ts'
import type { TreeLevels } from '../audit/merkle.ts'
import { printExportLine } from '../audit/verifier.ts'
import type { AuditEntry, AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { NotFoundError } from '../kernel/errors.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import type { AuditLeafStore } from '../ports/audit-leaf-store.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import { checkpointAudit } from './checkpoint-audit.ts'
import type { CheckpointDeps } from './checkpoint-audit.ts'
import { sequenceAllAudit } from './sequence-audit.ts'

export interface ExportAuditDeps extends Omit<CheckpointDeps, 'sign'> {
  /** null without the key: then the checkpoints are those that were made already. */
  readonly sign: CheckpointDeps['sign'] | null
  readonly auditLog: AuditLog
  readonly audit: AuditLeafStore
  readonly seal: (record: AuditRecord) => SealedLeaf
  /** The checkpoint lines as they lie in the folder, never from the database. */
  readonly readCheckpointLines: () => Promise<readonly string[]>
}

export interface AuditRange {
  readonly incidentId?: string
  /** What was written before this month, `YYYY-MM`: an archive. */
  readonly beforeMonth?: string
  readonly from?: number
  readonly to?: number
}

export interface AuditExport {
  readonly entries: number
  readonly checkpointLines: readonly string[]
  /** What the reader should know, though the files are written. */
  readonly warning: string | null
}

const PAGE = 1_000
/** Other transactions of the server usually end within milliseconds. */
const PATIENCE_MS = 5_000

/**
 * Writes the log one entry a line. The export is itself on the log, and a checkpoint is made first, so that it covers
 * all that is exported. A part of the log (an incident, a range) carries a proof with each entry instead of the chain.
 */
export async function exportAudit(
  deps: ExportAuditDeps,
  range: AuditRange,
  record: AuditRecord,
  write: (line: string) => Promise<void>,
): Promise<AuditExport> {
  await deps.audit.append([deps.seal(record)])
  const waiting = await sequenceAllAudit(deps.sequencer, PATIENCE_MS)
  const obstacle = await makeCheckpoint(deps)
  const checkpointLines = await deps.readCheckpointLines()
  const { size } = await deps.sequencer.readHead()
  const covered = Math.max(0, ...checkpointLines.map(sizeOf).filter((covers) => covers <= size))
  const isPart =
    range.incidentId !== undefined ||
    range.beforeMonth !== undefined ||
    range.from !== undefined ||
    range.to !== undefined
  const written = isPart
    ? await writePart(deps, range, covered, write)
    : // What another replica numbered since then is left to the next export, unless no checkpoint can be made.
      await writeAll(deps.auditLog, obstacle === null ? covered : size, write)
  const late =
    waiting === 0 ? null : `${waiting} entries are not exported: they wait for their number until a transaction ends.`
  const skipped = await describeSkipped(deps.auditLog)
  const warnings = [obstacle, late, skipped, describeBeside(written.beside)].filter((text) => text !== null)
  return { entries: written.count, checkpointLines, warning: warnings.length === 0 ? null : warnings.join(' ') }
}

/** Entries whose columns were changed. */
interface Beside {
  readonly count: number
  readonly first: number | null
}

interface Written {
  readonly count: number
  readonly beside: Beside
}

function describeBeside({ count, first }: Beside): string | null {
  if (first === null) return null
  return `The columns beside ${count} entries say something else than their bytes, the first of them beside entry ${first}: somebody changed the database. What is exported are the bytes.`
}

async function describeSkipped(log: AuditLog): Promise<string | null> {
  const skipped = await log.countSkipped(0)
  if (skipped === 0) return null
  return `${skipped} entries are in no export: the sequencer was moved past them. docs/audit.md says how they get their numbers.`
}

async function makeCheckpoint({ sign, ...deps }: ExportAuditDeps): Promise<string | null> {
  if (sign === null) {
    return 'There is no audit key here (COUNTERSIGN_AUDIT_KEY), so no checkpoint was made: the newest entries may not be covered yet.'
  }
  const result = await checkpointAudit({ ...deps, sign })
  if (result.state === 'refused') return `No checkpoint was made. ${result.reason}`
  if (result.failures.length > 0) throw result.failures[0]
  return null
}

function sizeOf(line: string): number {
  try {
    const size: unknown = (JSON.parse(line) as { size?: unknown }).size
    return typeof size === 'number' ? size : 0
  } catch {
    // A damaged line is exported as it is, for the verifier to name.
    return 0
  }
}

async function writeAll(log: AuditLog, upTo: number, write: (line: string) => Promise<void>): Promise<Written> {
  return eachEntry(log, { upTo }, ({ seq, hash, prevHash, leafHash, bytes }) =>
    write(printExportLine({ seq, hash, prevHash, leafHash, ...contentOf(bytes) })),
  )
}

async function writePart(
  { auditLog }: ExportAuditDeps,
  { incidentId, beforeMonth, from, to }: AuditRange,
  covered: number,
  write: (line: string) => Promise<void>,
): Promise<Written> {
  const levels: TreeLevels = buildLevels(await auditLog.listLeafHashes(covered))
  const filter = {
    ...(incidentId === undefined ? {} : { incidentId }),
    ...(beforeMonth === undefined ? {} : { beforeMonth }),
    ...(to === undefined ? {} : { upTo: to }),
    after: from === undefined ? 0 : from - 1,
  }
  let entries = 0
  const { beside } = await eachEntry(auditLog, filter, ({ seq, leafHash, bytes }) => {
    const content = contentOf(bytes)
    if (incidentId !== undefined && isOfAnother(content, incidentId)) return Promise.resolve()
    entries += 1
    const proof = seq <= covered ? { size: covered, path: inclusionPath(levels, seq - 1) } : null
    return write(printExportLine({ seq, leafHash, proof, ...content }))
  })
  if (entries > 0) return { count: entries, beside }
  throw new NotFoundError('audit entry of', incidentId ?? `the range from ${from ?? 1} to ${to ?? 'the end'}`)
}

/** What cannot be read is anybody's, and stays: the verifier names it. */
function isOfAnother({ entry }: JsonObject, incidentId: string): boolean {
  return entry !== null && typeof entry === 'object' && (entry as JsonObject)['incidentId'] !== incidentId
}

type Filter = Omit<Parameters<AuditLog['list']>[0], 'limit' | 'after'> & { readonly after?: number }

async function eachEntry(log: AuditLog, filter: Filter, take: (entry: AuditEntry) => Promise<void>): Promise<Written> {
  let count = 0
  let beside: Beside = { count: 0, first: null }
  for (let after = filter.after ?? 0; ;) {
    const page = await log.list({ ...filter, after, limit: PAGE })
    for (const entry of page) {
      if (differsBeside(entry)) beside = { count: beside.count + 1, first: beside.first ?? entry.seq }
      await take(entry)
    }
    count += page.length
    after = page.at(-1)?.seq ?? after
    if (page.length < PAGE) return { count, beside }
  }
}

/** The entry as JSON, or, where its bytes are not what sealing writes, the bytes themselves. */
function contentOf(bytes: Uint8Array | null): JsonObject {
  if (bytes === null) return { archived: true }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const entry = JSON.parse(text) as Json
    if (canonicalJson(entry) === text) return { entry }
  } catch {
    // Not JSON, or not UTF-8: fall through.
  }
  return { bytes: Buffer.from(bytes).toString('base64') }
}
