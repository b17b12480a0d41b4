import { createPublicKey, randomBytes } from 'node:crypto'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { signCheckpoint } from '../audit/checkpoint.ts'
import { createSealer } from '../app/create-sealer.ts'
import { auditKeySourceOf, secretsOf } from '../app/open-audit.ts'
import { connect, openStorage } from '../app/open-storage.ts'
import type { Storage } from '../app/open-storage.ts'
import type { Config } from '../config/config.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import { systemClock } from '../kernel/clock.ts'
import { RefusedError } from '../kernel/errors.ts'
import { silentLogger } from '../kernel/silent-logger.ts'
import { exportAudit } from '../orchestrator/export-audit.ts'
import type { AuditExport, AuditRange, ExportAuditDeps } from '../orchestrator/export-audit.ts'
import type { ArchivedMonths } from '../store/archived-months.ts'
import { findAuditKey } from '../store/audit-key.ts'
import { createAuditLeafStore } from '../store/audit-leaf-store.ts'
import { createAuditLog } from '../store/audit-log-store.ts'
import { createAuditSequencer } from '../store/audit-sequencer.ts'
import { openCheckpointFolder, readCheckpointLines } from '../store/checkpoint-folder.ts'
import type { OpenDatabase } from '../store/database.ts'
import { isMigrated } from '../store/migrate.ts'
import { commandLineActor } from './command-line-actor.ts'
import { dropArchived } from './archive-months.ts'
import type { Command, CommandContext, ExitCode } from './command.ts'
import { loadConfigFor } from './load-config-for.ts'
import { packEvidence } from './pack-evidence.ts'
import { readExportArguments } from './read-export-arguments.ts'
import type { WantedExport } from './read-export-arguments.ts'

export const auditExportCommand: Command = {
  name: 'audit export',
  summary: 'Writes the audit log and its checkpoints to files',
  usage: `audit export --out FILE.jsonl [--incident ID] [--from SEQ] [--to SEQ] [--config PATH] [--json]
       audit export --incident ID --zip [--out FILE.zip] [--config PATH] [--json]
       audit export --archive --before YYYY-MM --out FILE.jsonl [--drop] [--config PATH] [--json]

Writes one entry a line to FILE.jsonl, and the checkpoints from the folder audit.checkpoints to
FILE.checkpoints.jsonl. With --incident, --from or --to each entry carries a proof of its own.
With --zip it writes an evidence pack: the incident's entries with proofs, checkpoints, plans, approvals, outcomes, the
verifier, and a page for people. It needs the audit key, which signs the list of files.
With --archive the entries written before that month; --drop then takes these months out of the database, as the login of
DATABASE_ADMIN_URL and only when the file verifies and a checkpoint covers it. Keep the file and its checkpoints.`,
  examples: [
    'audit export --out audit.jsonl',
    'audit export --out incident.jsonl --incident INC-1',
    'audit export --incident INC-1 --zip',
  ],
  async run(args, context) {
    const wanted = readExportArguments(args)
    const config = await loadConfigFor(context, wanted.configPath)
    const storage = await openStorage(config, silentLogger)
    try {
      const database = await connect(storage, { applicationName: 'countersign-audit-export', maxConnections: 2 })
      try {
        return await exportToFiles(config, { database, storage }, wanted, context)
      } finally {
        await database.close()
      }
    } finally {
      await storage.close()
    }
  },
}

const checkpointsPathOf = (out: string): string => `${out.replace(/\.jsonl$/, '')}.checkpoints.jsonl`

interface Opened {
  readonly database: OpenDatabase
  readonly storage: Storage
}

async function exportToFiles(
  config: Config,
  { database, storage }: Opened,
  wanted: WantedExport,
  context: CommandContext,
): Promise<ExitCode> {
  if (!(await isMigrated(database.db))) {
    throw new RefusedError(
      'no_audit_log',
      'This database holds no audit log of this build. Check DATABASE_URL or COUNTERSIGN_DATA, and run "countersign migrate".',
    )
  }
  const deps = await buildDeps(config, database)
  return wanted.isPack
    ? exportPack(config, database, deps, wanted, context)
    : exportLines(config, storage, deps, wanted, context)
}

async function exportPack(
  config: Config,
  { db }: OpenDatabase,
  deps: ExportAuditDeps,
  { out, range, isJson }: WantedExport,
  context: CommandContext,
): Promise<ExitCode> {
  const key = await findAuditKey(auditKeySourceOf(config))
  if (key === undefined) {
    throw new RefusedError(
      'no_audit_key',
      'There is no audit key here, and an evidence pack is signed with it. Set COUNTERSIGN_AUDIT_KEY, or export lines without --zip.',
    )
  }
  const entryLines: string[] = []
  const { incidentId = '' } = range
  const result = await exportAudit(deps, range, recordOf(range, true), async (line) => {
    entryLines.push(line)
  })
  const { checkpointLines } = result
  const { zip, warnings } = await packEvidence(db, {
    ...{ incidentId, entryLines, checkpointLines, key: key.privateKey, secrets: secretsOf(config) },
  })
  const warning = [...(result.warning === null ? [] : [result.warning]), ...warnings].join(' ') || null
  await writeFile(`${out}.draft`, zip, { mode: 0o640 })
  await rename(`${out}.draft`, out)
  if (warning !== null) context.printError(`WARNING: ${warning}`)
  const counts = { file: out, entries: result.entries, checkpoints: checkpointLines.length, warning }
  context.print(
    isJson ? JSON.stringify(counts) : `Wrote the evidence of ${incidentId} to ${out}: ${result.entries} entries.`,
  )
  return 0
}

async function exportLines(
  config: Config,
  storage: Storage,
  deps: ExportAuditDeps,
  { out, range, drops, isJson }: WantedExport,
  context: CommandContext,
): Promise<ExitCode> {
  const result = await writeWhole(out, (write) => exportAudit(deps, range, recordOf(range), write))
  const checkpoints = checkpointsPathOf(out)
  await writeFile(checkpoints, result.checkpointLines.map((line) => `${line}\n`).join(''))
  const { entries, warning } = result
  if (warning !== null) context.printError(`WARNING: ${warning}`)
  const dropped = drops ? await drop(config, storage, deps, { out, checkpoints, range }) : null
  const counts = {
    file: out,
    entries,
    checkpointsFile: checkpoints,
    checkpoints: result.checkpointLines.length,
    warning,
    ...(dropped === null ? {} : { dropped }),
  }
  context.print(
    isJson
      ? JSON.stringify(counts)
      : `Wrote ${entries} entries to ${out} and ${counts.checkpoints} checkpoints to ${checkpoints}.${
          dropped === null
            ? ''
            : ` Dropped ${dropped.months.join(', ')}: ${dropped.entries} entries are in the archive alone.`
        }`,
  )
  return 0
}

interface Written {
  readonly out: string
  readonly checkpoints: string
  readonly range: AuditRange
}

async function drop(
  config: Config,
  { ownerUrl, appUser }: Storage,
  { seal }: ExportAuditDeps,
  { out, checkpoints, range }: Written,
): Promise<ArchivedMonths> {
  const key = await findAuditKey(auditKeySourceOf(config))
  return dropArchived({
    file: out,
    checkpointsFile: checkpoints,
    publicKey: key === undefined ? null : createPublicKey(key.privateKey),
    beforeMonth: range.beforeMonth ?? '',
    keepMonths: config.settings.audit.retention.months,
    ownerUrl,
    appUser,
    record: recordOf(range),
    seal,
  })
}

async function buildDeps(config: Config, { pool, db }: OpenDatabase): Promise<ExportAuditDeps> {
  const key = await findAuditKey(auditKeySourceOf(config))
  const seal = createSealer({
    clock: systemClock,
    randomBytes,
    replicaId: 'cli',
    secrets: secretsOf(config),
    retentionMonths: config.settings.audit.retention.months,
  })
  return {
    sequencer: createAuditSequencer(pool, db),
    checkpoints: openCheckpointFolder(config.checkpointFolder),
    sign: key === undefined ? null : (checkpoint) => signCheckpoint(checkpoint, key.privateKey),
    auditLog: createAuditLog(db),
    audit: createAuditLeafStore(db),
    seal,
    readCheckpointLines: () => readCheckpointLines(config.checkpointFolder),
  }
}

function recordOf({ incidentId, beforeMonth, from, to }: AuditRange, isPack = false): AuditRecord {
  return {
    event: 'audit.exported',
    actor: commandLineActor(),
    origin: 'cli',
    outcome: 'success',
    target: { system: 'countersign', resource: 'audit log', environment: null },
    details: {
      incident: incidentId ?? null,
      from: from ?? null,
      to: to ?? null,
      before: beforeMonth ?? null,
      ...(isPack ? { pack: true } : {}),
    },
  }
}

/** The file appears whole or not at all. */
async function writeWhole(
  path: string,
  work: (write: (line: string) => Promise<void>) => Promise<AuditExport>,
): Promise<AuditExport> {
  const draft = `${path}.draft`
  const file = await open(draft, 'w', 0o640)
  try {
    const result = await work((line) => appendLine(file, line))
    await file.sync()
    await rename(draft, path)
    return result
  } finally {
    await file.close()
    await rm(draft, { force: true })
  }
}

async function appendLine(file: FileHandle, line: string): Promise<void> {
  await file.write(`${line}\n`)
}
