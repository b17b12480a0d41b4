import { closeSync, constants, openSync, readFileSync, readlinkSync, realpathSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { findProcess } from './process-identity.ts'

/** What PostgreSQL writes into `postmaster.pid`: line 1 its process id, line 4 its port, line 8 how far it is. */
export interface PostmasterFile {
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

export function readPostmasterFile(dataFolder: string): PostmasterFile | undefined {
  let lines: string[]
  try {
    lines = readFileSync(pathIn(dataFolder), 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  // While it boots alone (initdb, single user) PostgreSQL writes a negative id.
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3] ?? 0), isReady: lines[7]?.trim() === 'ready' }
}

/** The live server of this data folder, or undefined when the file is absent or was left behind. */
export function findPostmaster(dataFolder: string): PostmasterFile | undefined {
  const file = readPostmasterFile(dataFolder)
  if (file === undefined || findProcess(file.pid) === undefined) return undefined
  return worksIn(file.pid, dataFolder) ? file : undefined
}

/**
 * After a reboot, or in a restarted container, the id in a file left behind may be another process's by now. The server
 * works in its data folder, and Linux says in which folder a process works. Elsewhere we take the id's word.
 */
function worksIn(pid: number, dataFolder: string): boolean {
  if (process.platform !== 'linux') return true
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataFolder)
  } catch {
    return false
  }
}

/**
 * PostgreSQL refuses to start while the id in a file left behind is in use by anybody, be it a zombie that nobody reaps
 * or a process that got the same id. Only its parent's id it passes over, so that id, ours, is put in. Removing the
 * file would be easier and wrong: with it goes the check that no process of the old server still has its memory.
 */
export function disarmStalePostmasterFile(dataFolder: string): void {
  const file = readPostmasterFile(dataFolder)
  if (file === undefined || !answersToSignal(file.pid) || findPostmaster(dataFolder) !== undefined) return
  const rest = readFileSync(pathIn(dataFolder), 'utf8').split('\n').slice(1)
  // The folder is the server user's; as root we must not follow a link that somebody put there.
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW
  const handle = openSync(pathIn(dataFolder), constants.O_WRONLY | constants.O_TRUNC | noFollow)
  try {
    writeSync(handle, [String(process.pid), ...rest].join('\n'))
  } finally {
    closeSync(handle)
  }
}

function answersToSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function pathIn(dataFolder: string): string {
  return join(dataFolder, 'postmaster.pid')
}
