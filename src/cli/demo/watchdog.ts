import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('watchdog-program.ts', import.meta.url))

export interface Watchdog {
  /** The folder is cleared: the watchdog has nothing left to do. */
  release(): Promise<void>
}

/**
 * A process of its own that clears up when this one dies, however it dies: a killed demo must not leave a database
 * server behind. It notices by the end of its standard input, which only this process holds open.
 */
export function startWatchdog(folder: string): Watchdog {
  const child = spawn(process.execPath, [PROGRAM, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  const ended = once(child, 'exit').catch(() => undefined)
  child.stdin.on('error', () => undefined)
  return {
    release: async () => {
      child.stdin.end()
      child.ref()
      await ended
    },
  }
}
