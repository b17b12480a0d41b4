import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readFileSync, readlinkSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { z } from 'zod'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import type { ServerUser } from '../../../src/store/embedded/choose-user.ts'
import { locateBinaries } from '../../../src/store/embedded/locate-binaries.ts'
import type { Binaries } from '../../../src/store/embedded/locate-binaries.ts'
import { cacheFolders, prepareBinaries } from '../../../src/store/embedded/prepare-binaries.ts'
import { fastestFolder } from '../../support/test-server.ts'
import { removeHome } from '../../support/remove-home.ts'

export const isRoot = process.geteuid?.() === 0
export const isLinux = process.platform === 'linux'
export const NOBODY = 65534
export const nobody: ServerUser = { name: 'nobody', uid: NOBODY, gid: NOBODY }

export const OpenerOrder = z.object({
  home: z.string(),
  purpose: z.enum(['service', 'tests']).default('service'),
  uid: z.int().optional(),
  gid: z.int().optional(),
  binaries: z
    .object({ initdb: z.string(), postgres: z.string(), pgCtl: z.string(), root: z.string(), version: z.string() })
    .optional(),
})
export type OpenerOrder = z.input<typeof OpenerOrder>

const Logged = z.array(z.object({ message: z.string(), fields: z.looseObject({}) }))
export type Logged = z.infer<typeof Logged>
const OpenedAnswer = z.object({ adopted: z.boolean(), url: z.string(), ownerUrl: z.string(), logged: Logged })
const ClosedAnswer = z.object({ closed: z.literal(true), logged: Logged })
const RefusedAnswer = z.object({ code: z.string(), message: z.string(), logged: Logged })
export type Opened = z.infer<typeof OpenedAnswer>
export type Refused = z.infer<typeof RefusedAnswer>
export type Closed = z.infer<typeof ClosedAnswer>
export type OpenerAnswer = Opened | Closed | Refused

export interface Opener {
  readonly process: ChildProcess
  /** What opening came to. */
  opened(): Promise<Opened>
  refused(): Promise<Refused>
  close(): Promise<Closed>
  /** kill -9. */
  kill(): Promise<void>
}

/** A test that failed may leave some; they would go on in folders that are being removed. */
const running = new Set<ChildProcess>()

/** A process of its own that opens the embedded database of a folder. */
export function startOpener(order: OpenerOrder): Opener {
  const program = fileURLToPath(new URL('opener-program.ts', import.meta.url))
  const { NODE_OPTIONS: _jests, ...env } = process.env
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, 'close')
  running.add(child)
  child.once('close', () => running.delete(child))
  const nextAnswer = async (): Promise<unknown> => {
    const line = await lines.next()
    if (line.done === true) throw new Error('The opener ended without an answer.')
    return JSON.parse(line.value)
  }
  let first: Promise<unknown> | undefined
  const answer = (): Promise<unknown> => (first ??= nextAnswer())
  return {
    process: child,
    opened: async () => {
      const refusal = RefusedAnswer.safeParse(await answer())
      if (refusal.success) throw new Error(`The opener was refused: ${refusal.data.message}`)
      return OpenedAnswer.parse(await answer())
    },
    refused: async () => RefusedAnswer.parse(await answer()),
    close: async () => {
      child.stdin.end('close\n')
      const closed = ClosedAnswer.parse(await nextAnswer())
      await ended
      return closed
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Folders of one test file; all of them are removed, with their servers, at its end. */
export class Homes {
  readonly #made: string[] = []
  #used: Promise<string> | undefined

  create(owner?: number): string {
    const home = mkdtempSync(join(fastestFolder(), 'countersign-embedded-'))
    this.#made.push(home)
    if (owner !== undefined) chownSync(home, owner, owner)
    return home
  }

  /** A folder with a database that was opened before and closed, copied from one that is made when first needed. */
  async createUsed(): Promise<string> {
    this.#used ??= this.#makeUsed()
    const from = await this.#used
    const home = this.create()
    // Not node:fs, which does not keep the owners.
    execFileSync('cp', ['-a', `${from}/.`, home])
    return home
  }

  async #makeUsed(): Promise<string> {
    const home = this.create()
    const postgres = await openEmbeddedPostgres({ home, log: silentLogger, purpose: 'tests' })
    await postgres.close()
    return home
  }

  /** A folder that nobody but its owner can enter. */
  createPrivate(): string {
    const home = this.create()
    chmodSync(home, 0o700)
    return home
  }

  async removeAll(): Promise<void> {
    const left = [...running]
    for (const child of left) child.kill('SIGKILL')
    await Promise.all(left.map((child) => once(child, 'close')))
    for (const home of this.#made) await removeHome(home)
  }

  /** A folder inside one of the others that has a server of its own. */
  adopt(home: string): string {
    this.#made.unshift(home)
    return home
  }
}

/** The binaries as this user can run them, also when the whole checkout lies below a private folder. */
export async function binariesFor(user: ServerUser | undefined): Promise<Binaries> {
  const binaries = await locateBinaries()
  return prepareBinaries({ binaries, user, cacheFolders: cacheFolders(tmpdir()), log: silentLogger })
}

export async function queryAt(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

/** Every live process that works in this folder or below, by what Linux says of it. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => folderOf(pid)?.startsWith(folder))
}

function folderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

export function userOf(pid: number): number {
  const line = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1])
}

/** Waits for a condition; the test's own time limit ends the waiting. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
