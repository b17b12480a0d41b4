import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { freePort } from './free-port.ts'
import type { Cluster } from './init-cluster.ts'
import { disarmStalePostmasterFile, readPostmasterFile } from './postmaster-file.ts'
import { findProcess } from './process-identity.ts'
import { runProgram, spawnProgram } from './server-process.ts'
import { serverArguments } from './server-settings.ts'

export interface RunningServer {
  readonly pid: number
  readonly port: number
}

const READY_WITHIN_MS = 120_000
const POLL_MS = 5
const LOG_KEPT_BYTES = 5_000_000

/**
 * Starts the server and waits until it takes connections; returns why not when it ends instead. It outlives this
 * process: another one may have adopted it.
 */
export async function tryToStart(cluster: Cluster, wantedPort: number): Promise<RunningServer | string> {
  const port = await freePort(wantedPort)
  const logFile = join(cluster.folder, 'server.log')
  keepLogSmall(logFile)
  disarmStalePostmasterFile(cluster.data)
  const log = openSync(logFile, 'a', 0o600)
  const logStart = statSync(logFile).size
  const child = spawnProgram(
    cluster.binaries.postgres,
    ['-D', cluster.data, ...serverArguments(cluster.purpose, port)],
    cluster,
    {
      detached: true,
      stdio: ['ignore', log, log],
    },
  )
  closeSync(log)
  child.unref()
  let end: string | undefined
  child.on('error', (error) => (end = error.message))
  child.on('exit', () => (end ??= readFileSync(logFile).subarray(logStart).toString('utf8').trim().slice(-2000)))
  try {
    return await readiness(cluster, child, () => end)
  } finally {
    child.removeAllListeners()
  }
}

async function readiness(
  cluster: Cluster,
  child: ChildProcess,
  end: () => string | undefined,
): Promise<RunningServer | string> {
  const giveUpAt = performance.now() + READY_WITHIN_MS
  for (;;) {
    const reason = end()
    if (reason !== undefined) return reason
    const file = readPostmasterFile(cluster.data)
    if (file?.isReady && file.pid === child.pid) return { pid: file.pid, port: file.port }
    if (performance.now() > giveUpAt) {
      child.kill('SIGQUIT')
      return `It was not ready after ${READY_WITHIN_MS / 1000} s.`
    }
    await delay(POLL_MS)
  }
}

function keepLogSmall(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_KEPT_BYTES) renameSync(logFile, `${logFile}.1`)
}

const FAST_MS = 30_000
const IMMEDIATE_MS = 5_000

/** A fast shutdown: open transactions roll back, everything is written. Only then the hard way, which costs a recovery. */
export async function stopPostmaster(cluster: Cluster, server: RunningServer): Promise<void> {
  if (process.platform === 'win32') {
    await runProgram(cluster.binaries.pgCtl, ['stop', '-D', cluster.data, '-m', 'fast'], cluster)
    return
  }
  if (await endsAfter(server.pid, 'SIGINT', FAST_MS)) return
  if (await endsAfter(server.pid, 'SIGQUIT', IMMEDIATE_MS)) return
  throw new EmbeddedPostgresError(
    'start_failed',
    `The embedded PostgreSQL (pid ${server.pid}) in ${cluster.data} does not end. Look at ${join(cluster.folder, 'server.log')}.`,
  )
}

async function endsAfter(pid: number, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + withinMs
  try {
    process.kill(pid, signal)
  } catch {
    return true
  }
  while (findProcess(pid) !== undefined) {
    if (performance.now() > giveUpAt) return false
    await delay(POLL_MS)
  }
  return true
}
