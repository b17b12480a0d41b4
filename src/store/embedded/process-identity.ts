import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { sha256Hex } from '../../kernel/sha256.ts'

/**
 * A process id alone says little: ids are used again, in a restarted container even the same ones. Together with the
 * moment the process started (and the boot it started in) an id names one process for good.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** Empty where the system does not tell; then the id alone has to do. */
  readonly started: string
}

/** The live process with this id, or undefined. A zombie is dead: it holds nothing and only waits to be reaped. */
export function findProcess(pid: number): ProcessIdentity | undefined {
  if (process.platform === 'linux') return findOnLinux(pid)
  if (!answersToSignal(pid)) return undefined
  return { pid, started: process.platform === 'win32' ? '' : startedAccordingToPs(pid) }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return findProcess(identity.pid)?.started === identity.started
}

function findOnLinux(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name stands in parentheses and may hold anything, so fields count from the last one.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return undefined
    const ticksSinceBoot = rest[18] ?? ''
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
    return { pid, started: `${boot}-${ticksSinceBoot}` }
  } catch {
    return undefined
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

function startedAccordingToPs(pid: number): string {
  try {
    return sha256Hex(execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)])).slice(0, 12)
  } catch {
    return ''
  }
}
