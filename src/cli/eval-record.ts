import { writeFile } from 'node:fs/promises'
import { ConfigurationError } from '../kernel/errors.ts'
import { asLaidOut, dataFolder } from './eval/data-folder.ts'
import { buildModel } from '../app/build-model.ts'
import { commandLineActor } from './command-line-actor.ts'
import { createResvgRasterizer } from '../connectors/picture/resvg-rasterizer.ts'
import { drawReliability } from './eval/record/draw-reliability.ts'
import { loadCatalog } from '../config/load-catalog.ts'
import { loadConfigFor } from './load-config-for.ts'
import { openDirectory } from '../config/open-directory.ts'
import { parseOptions } from './parse-options.ts'
import { parsePlaybooks } from '../playbooks/parse-playbook.ts'
import { printRecord } from './eval/record/print-record.ts'
import { readFolder } from '../config/read-files.ts'
import { readRecord } from './eval/record/read-record.ts'
import { readRecordFiles, writeRecordFiles } from './eval/record/record-files.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { replayRecord } from './eval/record/replay-record.ts'
import { scoreRecord } from './eval/record/score-record.ts'
import { silentLogger } from '../kernel/silent-logger.ts'
import { silentTelemetry } from '../telemetry/silent-telemetry.ts'
import { UsageError } from './usage-error.ts'
import { withFoundation } from './with-deps.ts'
import type { Command, CommandContext } from './command.ts'
import type { RecordScores } from './eval/record/score-record.ts'

const DEFAULT_LIMIT = 200

export const evalRecordCommand: Command = {
  name: 'eval record',
  summary: 'Scores causes and playbooks on your own incidents, with and without a model',
  usage: `eval record [--data DIR] [--limit N] [--out DIR] [--png FILE] [--config PATH] [--json]

Replays the newest N incidents (default ${String(DEFAULT_LIMIT)}) of the database, as of two minutes after each was opened, by the functions
that intake uses, and compares with what people answered and what the checks of runs found. Only the audit log is
written: that the record was read. With a language model configured, a second column says what its order of playbooks
changes; evidence of the incidents is sent to it.
--out writes the record to DIR as files; --data replays such files instead of the database, with the catalog and the
playbooks beside them (DIR/catalog, DIR/playbooks) or those of the configuration. --png draws the reliability diagram.`,
  examples: [
    'eval record --data docs/examples/record',
    'eval record --data docs/examples/record --json',
    'eval record --png calibration.png',
  ],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, {
      ...({ data: 'text', limit: 'text', out: 'text', png: 'text', config: 'text', json: 'flag' } as const),
    })
    refusePositionals(positionals)
    const limit = readLimit(options.limit)
    if (options.data !== undefined && options.out !== undefined) throw new UsageError('--out is for the database.')
    const { scores, model } =
      options.data === undefined
        ? await fromDatabase(context, options.config, limit, options.out)
        : await fromFiles(context, options.config, dataFolder('eval record', options.data))
    if (options.png !== undefined) {
      await writeFile(options.png, await createResvgRasterizer().toPng(drawReliability(scores.calibration)))
    }
    if (options.json) context.print(JSON.stringify({ model, ...scores }))
    else for (const line of printRecord(scores, model)) context.print(line)
    return 0
  },
}

interface Scored {
  readonly scores: RecordScores
  readonly model: string | null
}

function readLimit(text: string | undefined): number {
  const limit = text === undefined ? DEFAULT_LIMIT : Number(text)
  if (Number.isSafeInteger(limit) && limit > 0) return limit
  throw new UsageError('--limit needs a whole number above 0.')
}

function fromDatabase(
  context: CommandContext,
  configPath: string | undefined,
  limit: number,
  out: string | undefined,
): Promise<Scored> {
  return withFoundation(context, configPath, async ({ deps }) => {
    await deps.reads.note({
      ...{ event: 'record.read', object: 'incidents', incidentId: null, origin: 'cli', seal: deps.seal },
      actor: commandLineActor(),
    })
    const record = await readRecord(deps, limit)
    if (out !== undefined) await writeRecordFiles(out, record)
    const replayed = await replayRecord(deps, record, context.signal)
    return { scores: scoreRecord(replayed, deps.model !== null), model: deps.model?.name ?? null }
  })
}

async function fromFiles(context: CommandContext, configPath: string | undefined, data: string): Promise<Scored> {
  const config = await loadConfigFor(context, configPath)
  const record = await asLaidOut(data, readRecordFiles(data))
  const [catalog, texts] = await Promise.all([
    loadCatalog(`${data}/catalog`),
    readFolder(`${data}/playbooks`, ['.yaml', '.yml']),
  ])
  const parsed = parsePlaybooks(texts.files)
  const problems = [...(catalog.isThere ? catalog.problems : []), ...parsed.problems]
  if (problems.length > 0) throw new ConfigurationError(problems)
  const model = buildModel(config)
  const { mapping, grouping, changes } = config.settings
  const directory = openDirectory(config.peopleFile, config.people, silentLogger)
  try {
    const replayed = await replayRecord(
      {
        ...{ model, directory, log: silentLogger, telemetry: silentTelemetry },
        catalog: catalog.isThere ? catalog.catalog : config.catalog,
        playbooks: texts.isThere ? parsed.playbooks : config.playbooks,
        settings: { mapping, groupingWindowMs: grouping.window, changesLookbackMs: changes.lookback },
      },
      record,
      context.signal,
    )
    return { scores: scoreRecord(replayed, model !== null), model: model?.name ?? null }
  } finally {
    await directory.close()
  }
}
