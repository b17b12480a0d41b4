import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { z } from 'zod'
import { sha256Hex } from '../../src/kernel/sha256.ts'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../../src/store/embedded-postgres.ts'
import { OWNER_ROLE } from '../../src/store/embedded/init-cluster.ts'

/** What test files need to know of their server. */
export const TestServer = z.object({
  /** Distinguishes the databases of this run where several runs share a server. */
  runId: z.string(),
  /** A superuser, connected to the database `postgres`. */
  adminUrl: z.string(),
  /** The login of the service, without a database. */
  app: z.object({ user: z.string(), password: z.string() }),
})
export type TestServer = z.infer<typeof TestServer>

declare global {
  /** Set by the global setup for the global teardown: jest gives the two nothing else in common. */
  var stopTestServer: (() => Promise<void>) | undefined
}

const VARIABLE = 'COUNTERSIGN_TEST_SERVER'

export interface StartedTestServer {
  readonly server: TestServer
  stop(): Promise<void>
}

/**
 * One server per run: an embedded one without fsync in a folder of its own, or databases of its own on the server of
 * TEST_DATABASE_URL. A watchdog process clears up when this process stops or dies, however it dies; in the latter case
 * `folder` goes as well.
 */
export async function startTestServer(folder?: string): Promise<StartedTestServer> {
  const external = process.env['TEST_DATABASE_URL']
  const runId = randomBytes(4).toString('hex')
  if (external !== undefined) return useExternal(external, { runId, folder })
  const home = mkdtempSync(join(fastestFolder(), 'countersign-test-postgres-'))
  const stop = startWatchdog({ home, runId, folder })
  // As root the server runs as somebody else, who has to pass through this folder.
  chmodSync(home, 0o711)
  const postgres = await openEmbeddedPostgres({ home, log: silentLogger, purpose: 'tests' })
  const { username, password } = new URL(postgres.url())
  return { server: { runId, adminUrl: postgres.ownerUrl('postgres'), app: { user: username, password } }, stop }
}

const IN_MEMORY = '/dev/shm'
const ENOUGH_BYTES = 2_000_000_000

/** Where a test's database goes. Cloning one makes some 600 files: 25 ms in memory, ten times that on a busy disk. */
export function fastestFolder(): string {
  // The run has a temporary folder of its own; what counts is whether somebody asked for another one than the system's.
  const asked = process.env['COUNTERSIGN_TEST_TMPDIR'] ?? process.env['TMPDIR'] ?? ''
  if (asked !== '' || !existsSync(IN_MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  return bavail * bsize > ENOUGH_BYTES ? IN_MEMORY : tmpdir()
}

/** Names of what a run makes there begin so. */
export function folderPrefix(runId: string): string {
  return `countersign-e2e-${runId}-`
}

/** Whether the server of the run is one that it started, rather than that of TEST_DATABASE_URL. */
export function isOnOwnServer(): boolean {
  return process.env['TEST_DATABASE_URL'] === undefined
}

/** Makes the server known to the workers of jest, which inherit the environment. */
export function publishTestServer(server: TestServer): void {
  process.env[VARIABLE] = JSON.stringify(server)
}

export function findTestServer(): TestServer {
  const text = process.env[VARIABLE]
  if (text === undefined) {
    throw new Error(
      'There is no test database server: run the test through "npm test", in a jest project with the global setup.',
    )
  }
  return TestServer.parse(JSON.parse(text))
}

interface Run {
  readonly runId: string
  readonly folder: string | undefined
}

async function useExternal(url: string, run: Run): Promise<StartedTestServer> {
  const { runId } = run
  // Runs at the same time on one server have to agree on the password of the login that they share.
  const app = { user: 'countersign_test_app', password: sha256Hex('countersign tests', url) }
  const stop = startWatchdog({ adminUrl: url, ...run })
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await createRoleUnlessThere(client, `${escapeIdentifier(OWNER_ROLE)} NOLOGIN`)
    await createRoleUnlessThere(
      client,
      `${escapeIdentifier(app.user)} LOGIN NOSUPERUSER PASSWORD ${escapeLiteral(app.password)}`,
    )
  } finally {
    await client.end()
  }
  return { server: { runId, adminUrl: url, app }, stop }
}

async function createRoleUnlessThere(client: Client, role: string): Promise<void> {
  await client.query(
    `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  )
}

/**
 * What the watchdog clears up: a folder with its server, or the databases of a run on a server that stays; and the
 * folders of end-to-end tests of this run that could not end; and the temporary folder of the run.
 */
export const WatchdogDuty = z.intersection(
  z.object({ runId: z.string(), folder: z.string().optional() }),
  z.union([z.object({ home: z.string() }), z.object({ adminUrl: z.string() })]),
)
export type WatchdogDuty = z.infer<typeof WatchdogDuty>

/**
 * The watchdog waits for the end of its standard input, which comes with a regular stop and with a kill -9 alike. In a
 * session of its own, so that Ctrl-C in the terminal does not reach it.
 */
function startWatchdog(duty: WatchdogDuty): () => Promise<void> {
  const script = fileURLToPath(new URL('watchdog.ts', import.meta.url))
  const { NODE_OPTIONS: _unused, ...env } = process.env
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...env, COUNTERSIGN_TEST_WATCHDOG: JSON.stringify(duty) },
  })
  child.unref()
  const input = child.stdin as (typeof child.stdin & { unref?: () => void }) | null
  input?.unref?.()
  let stopping: Promise<void> | undefined
  return () => (stopping ??= endWatchdog(child))
}

async function endWatchdog(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`The watchdog of the test database ended with ${String(code)}; it may have left files.`))
    })
  })
  child.ref()
  child.stdin?.end('over')
  await ended
}
