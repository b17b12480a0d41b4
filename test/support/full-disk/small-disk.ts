import { spawn, spawnSync } from 'node:child_process'
import { existsSync, statfsSync, writeFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A file system in memory, of a fixed size, that can be filled to its last block. */
export interface SmallDisk {
  readonly folder: string
  freeBytes(): number
  /** Takes all that is free, but for `leaving` bytes. */
  fill(leaving?: number): void
  /** Gives back what `fill` took. */
  clear(): void
  unmount(): void
}

/** Only root may mount, and only Linux has such a file system. */
export function canMountSmallDisks(): boolean {
  return process.platform === 'linux' && process.geteuid?.() === 0 && existsSync('/proc/mounts') && mayMount()
}

function mayMount(): boolean {
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
}

/** Mounts it at a folder that exists. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  run('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m,mode=0711`, 'countersign-small-disk', folder])
  const letGo = unmountWhenWeAreGone(folder)
  const ballast = join(folder, 'ballast')
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return {
    folder,
    freeBytes,
    fill: (leaving = 0) => {
      for (let size = freeBytes() - leaving; size > 0; size = freeBytes() - leaving) {
        try {
          writeFileSync(ballast, Buffer.alloc(Math.min(size, PIECE_BYTES)), { flag: 'a' })
        } catch (error) {
          // The server took the last block first.
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
    },
    clear: () => rmSync(ballast, { force: true }),
    // Lazily: a process that is only just ending may still be in there.
    unmount: () => {
      run('umount', ['--lazy', folder])
      letGo()
    },
  }
}

const PIECE_BYTES = 1_000_000

/**
 * A mount outlives the process that asked for it. So a shell waits for the end of its standard input, which comes with a
 * regular end and with a kill -9 alike, ends what still works in there, takes the disk away and the empty folders with it.
 */
function unmountWhenWeAreGone(folder: string): () => void {
  const script =
    'cat > /dev/null; grep -q " $1 " /proc/mounts || exit 0; for pid in /proc/[0-9]*; do case "$(readlink "$pid/cwd")" in "$1"*) kill -9 "${pid#/proc/}";; esac; done; umount --lazy "$1"; rmdir "$1"; rmdir "${1%/*}"; true'
  const shell = spawn('sh', ['-c', script, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  shell.unref()
  const input = shell.stdin as typeof shell.stdin & { unref?: () => void }
  input.unref?.()
  return () => input.end()
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
}
