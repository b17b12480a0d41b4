import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { findPostmaster } from '../../../src/store/embedded/postmaster-file.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { openFaultProxy } from '../fault-proxy/fault-proxy.ts'
import type { FaultProxy } from '../fault-proxy/fault-proxy.ts'
import { waitUntil } from '../wait-until.ts'
import { STANDBY, clusterOf, copyCold, startStandby } from './start-standby.ts'

/** A durable primary, migrated, and a standby that follows it; each in a folder of its own. */
export interface PostgresPair {
  /** The service's login and the owner's, at the server that is the primary now. */
  url(): string
  ownerUrl(): string
  /** What the standby hears of the primary goes through here. */
  readonly replication: FaultProxy
  /** kill -9 of the primary: nothing of it answers any more. */
  killPrimary(): Promise<void>
  /** Makes the standby the primary. */
  promote(): Promise<void>
  close(): Promise<void>
}

const WATCHDOG = fileURLToPath(new URL('../watchdog.ts', import.meta.url))
const CAUGHT_UP_WITHIN_MS = 60_000

/** `synchronous`: a commit is acknowledged when the standby has it on its disk as well. */
export async function openPostgresPair({ synchronous }: { readonly synchronous: boolean }): Promise<PostgresPair> {
  const [first, second] = [openHome(), openHome()]
  const closeHomes = async () => {
    await Promise.all([first.close(), second.close()])
  }
  try {
    return await bringUp(first.home, second.home, synchronous, closeHomes)
  } catch (error) {
    await closeHomes()
    throw error
  }
}

async function bringUp(
  home: string,
  standbyHome: string,
  synchronous: boolean,
  closeHomes: () => Promise<void>,
): Promise<PostgresPair> {
  const made = await openEmbeddedPostgres({ home, log: silentLogger })
  await migrate({ ownerUrl: made.ownerUrl(), appUser: new URL(made.url()).username })
  await made.close()
  copyCold(home, standbyHome)
  const primary = await openEmbeddedPostgres({ home, log: silentLogger })
  const replication = await openFaultProxy(primary.ownerUrl('postgres'))
  const close = async () => {
    await replication.close()
    await closeHomes()
  }
  const standby = await startStandby(standbyHome, new URL(replication.url)).catch(async (error: unknown) => {
    await replication.close()
    throw error
  })
  await follow(primary.ownerUrl('postgres'), synchronous)
  let isPromoted = false
  const at = (url: string): string => {
    const moved = new URL(url)
    if (isPromoted) moved.port = new URL(standby).port
    return moved.href
  }
  return {
    url: () => at(primary.url()),
    ownerUrl: () => at(primary.ownerUrl()),
    replication,
    killPrimary: () => killServer(clusterOf(home).data),
    promote: async () => {
      await ask(standby, 'SELECT pg_promote(true, 60)')
      isPromoted = true
    },
    close,
  }
}

async function follow(ownerUrl: string, synchronous: boolean): Promise<void> {
  if (synchronous) {
    await ask(ownerUrl, `ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`)
    await ask(ownerUrl, 'SELECT pg_reload_conf()')
  }
  const wanted = synchronous ? 'sync' : 'async'
  const follows = async () => {
    const rows = await ask(ownerUrl, `SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'`)
    return rows.some((row) => row['sync_state'] === wanted)
  }
  await waitUntil('the standby follows', follows, CAUGHT_UP_WITHIN_MS)
}

async function killServer(data: string): Promise<void> {
  const server = findPostmaster(data)
  if (server === undefined) throw new Error('There is no primary to kill.')
  process.kill(server.pid, 'SIGKILL')
  await waitUntil('the primary is gone', () => findPostmaster(data) === undefined)
}

async function ask(url: string, query: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(query)).rows
  } finally {
    await client.end()
  }
}

/** A folder with a watchdog outside of this process: it ends the server in there and removes all when we close or die. */
function openHome(): { readonly home: string; close(): Promise<void> } {
  const home = mkdtempSync(join(tmpdir(), 'countersign-pair-'))
  // As root the server runs as somebody else, who has to pass through this folder.
  chmodSync(home, 0o711)
  const { NODE_OPTIONS: _unused, ...env } = process.env
  const watchdog = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', WATCHDOG], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...env, COUNTERSIGN_TEST_WATCHDOG: JSON.stringify({ home, runId: basename(home) }) },
  })
  const cleared = new Promise<void>((done) => watchdog.once('exit', () => done()))
  return {
    home,
    close: async () => {
      watchdog.stdin.end()
      await cleared
      if (existsSync(home)) throw new Error(`${home} is left, with its server: the watchdog did not clear it.`)
    },
  }
}
