import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { signCheckpoint } from '../../../src/audit/checkpoint.ts'
import { runVerifier } from '../../../src/audit/verifier.ts'
import { createSealer } from '../../../src/app/create-sealer.ts'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import type { AuditRecord, SealedLeaf } from '../../../src/domain/audit-entry.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { exportAudit } from '../../../src/orchestrator/export-audit.ts'
import type { AuditExport, AuditRange, ExportAuditDeps } from '../../../src/orchestrator/export-audit.ts'
import { createAuditLeafStore } from '../../../src/store/audit-leaf-store.ts'
import { createAuditLog } from '../../../src/store/audit-log-store.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { openCheckpointFolder, readCheckpointLines } from '../../../src/store/checkpoint-folder.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { OpenDatabase } from '../../../src/store/database.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import type { TestDatabase } from '../../support/postgres.ts'

const seal = createSealer({ clock: systemClock, randomBytes, replicaId: 'test', secrets: [] })

const record = (incidentId = 'INC-1'): AuditRecord => ({
  event: 'note.added',
  actor: COUNTERSIGN,
  origin: 'console',
  outcome: 'success',
  incidentId,
})
export const leaf = (incidentId?: string): SealedLeaf => seal(record(incidentId))

export interface AuditWorld extends OpenDatabase {
  readonly test: TestDatabase
  readonly folder: string
  readonly privateKey: KeyObject
  readonly deps: ExportAuditDeps & { readonly sign: NonNullable<ExportAuditDeps['sign']> }
  append(count: number, incidentId?: string): Promise<void>
  /** As the owner with all rights, behind the service's back, the triggers switched off. */
  tamper(...statements: readonly string[]): Promise<void>
  exportAll(range?: AuditRange): Promise<AuditExport>
  /** Runs the verifier on what was exported last: its exit code and its words. */
  verify(): { readonly code: number; readonly text: string }
}

export async function openAuditWorld(): Promise<AuditWorld> {
  const test = await createTestDatabase()
  const database = await openDatabase({ url: test.url, applicationName: 'audit-test', maxConnections: 40 })
  const folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  await writeFile(join(folder, 'audit.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const deps = {
    sequencer: createAuditSequencer(database.pool, database.db),
    checkpoints: openCheckpointFolder(join(folder, 'checkpoints')),
    sign: (checkpoint: Parameters<typeof signCheckpoint>[0]) => signCheckpoint(checkpoint, privateKey),
    auditLog: createAuditLog(database.db),
    audit: createAuditLeafStore(database.db),
    seal,
    readCheckpointLines: () => readCheckpointLines(join(folder, 'checkpoints')),
  }
  const path = (name: string): string => join(folder, name)
  return {
    ...database,
    test,
    folder,
    privateKey,
    deps,
    append: async (count, incidentId) => {
      for (let done = 0; done < count; done += 1) await deps.audit.append([leaf(incidentId)])
    },
    tamper: async (...statements) => {
      const owner = new Client({ connectionString: test.ownerUrl })
      await owner.connect()
      try {
        for (const statement of ['SET session_replication_role = replica', ...statements]) await owner.query(statement)
      } finally {
        await owner.end()
      }
    },
    exportAll: async (range = {}) => {
      const lines: string[] = []
      const result = await exportAudit(deps, range, record(), async (line) => void lines.push(`${line}\n`))
      await writeFile(path('log.jsonl'), lines.join(''))
      await writeFile(path('log.checkpoints.jsonl'), result.checkpointLines.map((line) => `${line}\n`).join(''))
      return result
    },
    verify: () => {
      let text = ''
      const files = [path('log.jsonl'), '--checkpoints', path('log.checkpoints.jsonl'), '--key', path('audit.pub')]
      const code = runVerifier(files, (part) => (text += part))
      return { code, text }
    },
    close: async () => {
      await database.close()
      await test.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const readExport = (world: AuditWorld): Promise<string> => readFile(join(world.folder, 'log.jsonl'), 'utf8')
