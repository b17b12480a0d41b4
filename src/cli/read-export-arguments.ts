import { resolve } from 'node:path'
import type { AuditRange } from '../orchestrator/export-audit.ts'
import { parseOptions } from './parse-options.ts'
import { UsageError } from './usage-error.ts'

export interface WantedExport {
  readonly out: string
  readonly range: AuditRange
  /** The months of the archive leave the database once it is verified. */
  readonly drops: boolean
  readonly configPath: string | undefined
  readonly isJson: boolean
  /** An evidence pack instead of lines. */
  readonly isPack: boolean
}

export function readExportArguments(args: readonly string[]): WantedExport {
  const { options, positionals } = parseOptions(args, {
    out: 'text',
    incident: 'text',
    from: 'text',
    to: 'text',
    before: 'text',
    archive: 'flag',
    drop: 'flag',
    config: 'text',
    zip: 'flag',
    json: 'flag',
  })
  const out = requireOut(options)
  if (positionals.length > 0) throw new UsageError(`"${positionals.join(' ')}" is too much.`)
  const [from, to] = [readNumber('from', options.from), readNumber('to', options.to)]
  if (from !== undefined && to !== undefined && from > to) throw new UsageError('--from is greater than --to.')
  const beforeMonth = readArchive(options)
  return {
    drops: options.drop,
    out: resolve(out),
    isPack: options.zip,
    configPath: options.config,
    isJson: options.json,
    range: {
      ...(options.incident === undefined ? {} : { incidentId: options.incident.toUpperCase() }),
      ...(beforeMonth === undefined ? {} : { beforeMonth }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  }
}

interface OutOptions {
  readonly out?: string | undefined
  readonly zip: boolean
  readonly incident?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

function requireOut(options: OutOptions): string {
  const { zip, incident, from, to } = options
  if (zip && incident === undefined) throw new UsageError('--zip needs --incident ID.')
  if (zip && (from ?? to) !== undefined) {
    throw new UsageError('--zip takes the whole incident, without --from and --to.')
  }
  const out = options.out ?? defaultOut(options)
  if (out === '') throw new UsageError('"audit export" needs --out FILE.jsonl.')
  return out
}

function defaultOut({ zip, incident }: OutOptions): string {
  return zip && incident !== undefined ? `${incident.toUpperCase()}-evidence.zip` : ''
}

function readArchive({
  archive,
  before,
  drop,
  zip,
  incident,
  from,
  to,
}: Readonly<Record<'before' | 'incident' | 'from' | 'to', string | undefined>> &
  Readonly<Record<'archive' | 'drop' | 'zip', boolean>>): string | undefined {
  if (!archive) {
    if (before === undefined && !drop) return undefined
    throw new UsageError('--before and --drop belong to --archive.')
  }
  if (zip || incident !== undefined || from !== undefined || to !== undefined) {
    throw new UsageError('An archive is of whole months: --archive goes with --before alone.')
  }
  if (before !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(before)) return before
  throw new UsageError(`"audit export --archive" needs --before YYYY-MM; found "${before ?? 'nothing'}".`)
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new UsageError(`--${name} is the number of an entry, from 1; found "${text}".`)
}
