import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readHomeState } from '../../src/store/embedded/home-state.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster-file.ts'

/** Ends the server of an embedded database at once, without caring for its data, and removes all its files. */
export async function removeHome(home: string): Promise<void> {
  const state = readHomeState(home)
  if (state !== undefined) {
    const folder = resolve(home, state.clusterFolder)
    await endServer(join(folder, 'data'))
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 10 })
}

async function endServer(dataFolder: string): Promise<void> {
  for (;;) {
    const server = findPostmaster(dataFolder)
    if (server === undefined) return
    try {
      process.kill(server.pid, 'SIGQUIT')
    } catch {
      // It ended between the look and the signal.
    }
    await delay(10)
  }
}
