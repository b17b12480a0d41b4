import { randomBytes } from 'node:crypto'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { signCheckpoint } from '../audit/checkpoint.ts'
import { createSealer } from '../app/create-sealer.ts'
import { auditKeySourceOf, secretsOf } from '../app/open-audit.ts'
import { connect, openStorage } from '../app/open-storage.ts'
import type { Config } from '../config/config.ts'
import type { AuditRecord } from '../domain/audit-entry.ts'
import { systemClock } from '../kernel/clock.ts'
import { RefusedError } from '../kernel/errors.ts'
import { silentLogger } from '../kernel/silent-logger.ts'
import { exportAudit } from '../orchestrator/export-audit.ts'
import type { AuditExport, AuditRange, ExportAuditDeps } from '../orchestrator/export-audit.ts'
import { findAuditKey } from '../store/audit-key.ts'
import { createAuditLeafStore } from '../store/audit-leaf-store.ts'
import { createAuditLog } from '../store/audit-log-store.ts'
import { createAuditSequencer } from '../store/audit-sequencer.ts'
import { openCheckpointFolder, readCheckpointLines } from '../store/checkpoint-folder.ts'
import type { OpenDatabase } from '../store/database.ts'
import { isMigrated } from '../store/migrate.ts'
import type { Command, CommandContext, ExitCode } from './command.ts'
import { loadConfigFor } from './load-config-for.ts'
import { parseOptions } from './parse-options.ts'
import { UsageError } from './usage-error.ts'

interface Wanted {
  readonly out: string
  readonly range: AuditRange
  readonly configPath: string | undefined
  readonly isJson: boolean
}

export const auditExportCommand: Command = {
  name: 'audit export',
  summary: 'Writes the audit log and its checkpoints to files',
  usage: `audit export --out FILE.jsonl [--incident ID] [--from SEQ] [--to SEQ] [--config PATH] [--json]

Writes one entry a line to FILE.jsonl, and the checkpoints from the folder audit.checkpoints to
FILE.checkpoints.jsonl. With --incident, --from or --to each entry carries a proof of its own.`,
  examples: ['audit export --out audit.jsonl', 'audit export --out incident.jsonl --incident INC-1'],
  async run(args, context) {
    const wanted = readArguments(args)
    const config = await loadConfigFor(context, wanted.configPath)
    const storage = await openStorage(config, silentLogger)
    try {
      const database = await connect(storage, { applicationName: 'countersign-audit-export', maxConnections: 2 })
      try {
        return await exportToFiles(config, database, wanted, context)
      } finally {
        await database.close()
      }
    } finally {
      await storage.close()
    }
  },
}

function readArguments(args: readonly string[]): Wanted {
  const { options, positionals } = parseOptions(args, {
    out: 'text',
    incident: 'text',
    from: 'text',
    to: 'text',
    config: 'text',
    json: 'flag',
  })
  if (options.out === undefined || options.out === '') throw new UsageError('"audit export" needs --out FILE.jsonl.')
  if (positionals.length > 0) throw new UsageError(`"${positionals.join(' ')}" is too much.`)
  const [from, to] = [readNumber('from', options.from), readNumber('to', options.to)]
  if (from !== undefined && to !== undefined && from > to) throw new UsageError('--from is greater than --to.')
  return {
    out: resolve(options.out),
    configPath: options.config,
    isJson: options.json,
    range: {
      ...(options.incident === undefined ? {} : { incidentId: options.incident.toUpperCase() }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  }
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new UsageError(`--${name} is the number of an entry, from 1; found "${text}".`)
}

const checkpointsPathOf = (out: string): string => `${out.replace(/\.jsonl$/, '')}.checkpoints.jsonl`

async function exportToFiles(
  config: Config,
  database: OpenDatabase,
  { out, range, isJson }: Wanted,
  context: CommandContext,
): Promise<ExitCode> {
  if (!(await isMigrated(database.db))) {
    throw new RefusedError(
      'no_audit_log',
      'This database holds no audit log of this build. Check DATABASE_URL or COUNTERSIGN_DATA, and run "countersign migrate".',
    )
  }
  const deps = await buildDeps(config, database)
  const result = await writeWhole(out, (write) => exportAudit(deps, range, recordOf(range), write))
  const checkpoints = checkpointsPathOf(out)
  await writeFile(checkpoints, result.checkpointLines.map((line) => `${line}\n`).join(''))
  const { entries, warning } = result
  if (warning !== null) context.printError(`WARNING: ${warning}`)
  const counts = {
    file: out,
    entries,
    checkpointsFile: checkpoints,
    checkpoints: result.checkpointLines.length,
    warning,
  }
  context.print(
    isJson
      ? JSON.stringify(counts)
      : `Wrote ${entries} entries to ${out} and ${counts.checkpoints} checkpoints to ${checkpoints}.`,
  )
  return 0
}

async function buildDeps(config: Config, { pool, db }: OpenDatabase): Promise<ExportAuditDeps> {
  const key = await findAuditKey(auditKeySourceOf(config))
  const seal = createSealer({
    clock: systemClock,
    randomBytes,
    replicaId: 'cli',
    secrets: secretsOf(config),
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

function recordOf({ incidentId, from, to }: AuditRange): AuditRecord {
  return {
    event: 'audit.exported',
    actor: { type: 'service', id: `cli:${userInfo().username}`, name: userInfo().username },
    origin: 'cli',
    outcome: 'success',
    details: { incident: incidentId ?? null, from: from ?? null, to: to ?? null },
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
