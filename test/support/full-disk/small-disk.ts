import { spawnSync } from 'node:child_process'
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
    unmount: () => run('umount', ['--lazy', folder]),
  }
}

const PIECE_BYTES = 1_000_000

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
}
