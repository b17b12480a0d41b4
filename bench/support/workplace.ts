import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A folder and the processes of one benchmark; none of them outlives it, however it ends. */
export interface Workplace {
  readonly folder: string
  /** Where the product keeps its database. */
  readonly dataFolder: string
  /** Starts a Node program with this one's Node. */
  start(args: readonly string[], options: SpawnOptions): ChildProcess
  /** SIGTERM, and the end is waited for. */
  stop(child: ChildProcess): Promise<void>
  close(): Promise<void>
}

const WATCHDOG = fileURLToPath(new URL('watchdog.ts', import.meta.url))

/**
 * On a disk, since a durable database is measured. The watchdog waits for the end of its standard input, which comes
 * with `close` and with a kill -9 of this process alike: then it ends every process that was started here, by its id.
 */
export function openWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  // As root the database runs as somebody else, who has to pass through this folder.
  chmodSync(folder, 0o711)
  const dataFolder = join(folder, 'data')
  const watchdog = spawn(process.execPath, [...QUIET, WATCHDOG, folder, dataFolder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: cleanEnvironment(),
  })
  const started: ChildProcess[] = []
  let closing: Promise<void> | undefined
  return {
    folder,
    dataFolder,
    start: (args, options) => {
      const child = spawn(process.execPath, [...QUIET, ...args], options)
      started.push(child)
      if (child.pid !== undefined) watchdog.stdin.write(`${String(child.pid)}\n`)
      return child
    },
    stop: stopChild,
    close: () => (closing ??= closeAll(started, watchdog)),
  }
}

const QUIET = ['--disable-warning=ExperimentalWarning']

/** The options of a Node that runs this are not meant for the processes it measures. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...rest } = process.env
  return rest
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

async function closeAll(started: readonly ChildProcess[], watchdog: ChildProcess): Promise<void> {
  await Promise.all(started.toReversed().map(stopChild))
  const exited = once(watchdog, 'exit')
  watchdog.stdin?.end()
  await exited
}
