import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signCheckpoint } from '../../src/audit/checkpoint.ts'
import { runVerifier } from '../../src/audit/verifier.ts'
import { createSealer } from '../../src/app/create-sealer.ts'
import { COUNTERSIGN } from '../../src/domain/actor.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { exportAudit } from '../../src/orchestrator/export-audit.ts'
import { createAuditLeafStore } from '../../src/store/audit-leaf-store.ts'
import { createAuditLog } from '../../src/store/audit-log-store.ts'
import { createAuditSequencer } from '../../src/store/audit-sequencer.ts'
import { openCheckpointFolder, readCheckpointLines } from '../../src/store/checkpoint-folder.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Owner } from './chaos-database.ts'

export interface AuditCheck {
  readonly entries: number
  /** Numbers that are missing, and leaves that have none. */
  readonly gaps: number
  /** What the offline verifier says of the whole export; exit code 0 means that the log is whole. */
  readonly code: number
  readonly text: string
}

/** Numbers what waits, exports the whole log with a checkpoint, and runs the offline verifier on the files. */
export async function verifyLog(url: string, owner: Owner): Promise<AuditCheck> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-chaos-log-'))
  const database = await openDatabase({ url, applicationName: 'chaos-audit', maxConnections: 2 })
  try {
    const lines = await exportTo(folder, database)
    const path = (name: string): string => join(folder, name)
    let text = ''
    const files = [path('log.jsonl'), '--checkpoints', path('log.checkpoints.jsonl'), '--key', path('audit.pub')]
    const code = runVerifier(files, (part) => (text += part))
    const [found] = await owner.rows<{ gaps: number }>(
      `SELECT ((SELECT coalesce(max(seq), 0) - count(*) FROM audit_entries)
               + (SELECT count(*) FROM audit_leaves l WHERE NOT EXISTS (
                    SELECT FROM audit_entries e WHERE e.leaf_id = l.id)))::int AS gaps`,
    )
    return { entries: lines, gaps: found?.gaps ?? -1, code, text: text.trim() }
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function exportTo(folder: string, { pool, db }: Awaited<ReturnType<typeof openDatabase>>): Promise<number> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, 'audit.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const deps = {
    sequencer: createAuditSequencer(pool, db),
    checkpoints: openCheckpointFolder(join(folder, 'checkpoints')),
    sign: (checkpoint: Parameters<typeof signCheckpoint>[0]) => signCheckpoint(checkpoint, privateKey),
    auditLog: createAuditLog(db),
    audit: createAuditLeafStore(db),
    seal: createSealer({ clock: systemClock, randomBytes, replicaId: 'chaos', secrets: [] }),
    readCheckpointLines: () => readCheckpointLines(join(folder, 'checkpoints')),
  }
  const lines: string[] = []
  const record = { event: 'audit.exported', actor: COUNTERSIGN, origin: 'cli', outcome: 'success' } as const
  const { checkpointLines } = await exportAudit(deps, {}, record, (line) => {
    lines.push(`${line}\n`)
    return Promise.resolve()
  })
  writeFileSync(join(folder, 'log.jsonl'), lines.join(''))
  writeFileSync(join(folder, 'log.checkpoints.jsonl'), checkpointLines.map((line) => `${line}\n`).join(''))
  return lines.length
}
