import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'
import { migrate } from '../../src/store/migrate.ts'

export interface ChaosDatabase {
  readonly url: string
  readonly ownerUrl: string
  readonly logFile: string
  close(): Promise<void>
}

const WATCHDOG = fileURLToPath(new URL('../../test/support/watchdog.ts', import.meta.url))

/**
 * A real, durable PostgreSQL in a folder of its own. A watchdog outside of this process ends it and removes the folder
 * when this process closes it or dies, however it dies.
 */
export async function openChaosDatabase(): Promise<ChaosDatabase> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-chaos-'))
  chmodSync(home, 0o711)
  const { NODE_OPTIONS: _unused, ...env } = process.env
  const watchdog = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', WATCHDOG], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...env, COUNTERSIGN_TEST_WATCHDOG: JSON.stringify({ home, runId: basename(home) }) },
  })
  const cleared = new Promise<void>((resolve) => watchdog.once('exit', () => resolve()))
  const postgres = await openEmbeddedPostgres({ home, log: silentLogger })
  const appUser = new URL(postgres.url()).username
  await migrate({ ownerUrl: postgres.ownerUrl(), appUser })
  return {
    url: postgres.url(),
    ownerUrl: postgres.ownerUrl(),
    logFile: join(home, 'workers.log'),
    close: async () => {
      watchdog.stdin.end()
      await cleared
      if (existsSync(home)) throw new Error(`${home} is left, with its server: the watchdog did not clear it.`)
    },
  }
}
