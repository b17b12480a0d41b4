import { createHash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { runVerifier } from '../audit/verifier.ts'
import type { AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import { RefusedError } from '../kernel/errors.ts'
import { dropMonths } from '../store/archived-months.ts'
import type { ArchivedMonths } from '../store/archived-months.ts'

export interface ArchiveNeeds {
  readonly file: string
  readonly checkpointsFile: string
  /** Of the checkpoints; null where none is configured, and then nothing is proven. */
  readonly publicKey: KeyObject | null
  readonly beforeMonth: string
  readonly keepMonths: number
  readonly ownerUrl: string | null
  readonly appUser: string
  readonly record: AuditRecord
  readonly seal: (record: AuditRecord) => SealedLeaf
}

/** Reads the archive back from the disk, verifies it as an auditor would, and only then has its months dropped. */
export async function dropArchived(needs: ArchiveNeeds): Promise<ArchivedMonths> {
  const { file, ownerUrl, record, seal } = needs
  if (ownerUrl === null) {
    throw new RefusedError(
      'owner_needed',
      'Only the owner of the tables drops archived months: set DATABASE_ADMIN_URL. The archive is written; nothing was dropped.',
    )
  }
  await requireProven(needs)
  const { entries, sha256 } = await readArchive(file)
  return dropMonths({
    ...needs,
    ownerUrl,
    archive: entries,
    seal: ({ months, entries: count, runs }) =>
      seal({
        ...record,
        event: 'audit.archived',
        details: {
          before: needs.beforeMonth,
          file: basename(file),
          sha256,
          months,
          entries: count,
          runs: runs.map((run) => [...run]),
        },
      }),
  })
}

async function requireProven({ file, checkpointsFile, publicKey }: ArchiveNeeds): Promise<void> {
  if (publicKey === null) {
    throw new RefusedError(
      'archive_unproven',
      'Nothing was dropped: without the audit key (COUNTERSIGN_AUDIT_KEY) no checkpoint covers the archive.',
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'countersign-archive-'))
  try {
    const key = join(folder, 'audit.pub')
    await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }))
    let text = ''
    const args = [file, '--checkpoints', checkpointsFile, '--key', key, '--json']
    const code = runVerifier(args, (part) => (text += part))
    const { uncovered = 1 } = code === 2 ? {} : (JSON.parse(text) as { readonly uncovered?: number })
    if (code === 0 && uncovered === 0) return
    throw new RefusedError(
      'archive_unproven',
      `Nothing was dropped: the archive does not verify, or no checkpoint covers all of it. ${text.trim()}`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readArchive(file: string): Promise<{ entries: ReadonlyMap<number, string>; sha256: string }> {
  const [entries, hash] = [new Map<number, string>(), createHash('sha256')]
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    hash.update(`${line}\n`)
    // The verifier has just read it: content, leaf hash and number fit.
    const { seq, leafHash } = JSON.parse(line) as { readonly seq: number; readonly leafHash: string }
    entries.set(seq, leafHash)
  }
  return { entries, sha256: hash.digest('hex') }
}
