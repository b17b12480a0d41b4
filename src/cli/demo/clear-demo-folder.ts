import { rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findPostmaster } from '../../store/embedded/postmaster-file.ts'
import { readHomeState } from '../../store/embedded/home-state.ts'

const REMOVAL = { recursive: true, force: true, maxRetries: 10 }
const LOOK_EVERY_MS = 10

/** Ends the database of a demo, whose data nobody needs any more, and removes all its files. */
export async function clearDemoFolder(path: string): Promise<void> {
  const home = join(path, 'data')
  const state = readHomeState(home)
  if (state !== undefined) {
    const cluster = resolve(home, state.clusterFolder)
    await endServer(join(cluster, 'data'))
    await rm(cluster, REMOVAL)
  }
  await rm(path, REMOVAL)
  // Only when nothing else is in it.
  await rmdir(dirname(path)).catch(() => undefined)
}

async function endServer(dataFolder: string): Promise<void> {
  for (let server = findPostmaster(dataFolder); server !== undefined; server = findPostmaster(dataFolder)) {
    try {
      process.kill(server.pid, 'SIGQUIT')
    } catch {
      // It ended between the look and the signal.
    }
    await delay(LOOK_EVERY_MS)
  }
}
