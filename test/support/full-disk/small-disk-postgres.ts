import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { findPostmaster } from '../../../src/store/embedded/postmaster-file.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { clusterOf } from '../postgres-pair/start-standby.ts'
import { removeHome } from '../remove-home.ts'
import { waitUntil } from '../wait-until.ts'
import { mountSmallDisk } from './small-disk.ts'
import type { SmallDisk } from './small-disk.ts'

/** A durable server, migrated, whose files and whose write-ahead log have a small disk each. */
export interface SmallDiskPostgres {
  readonly data: SmallDisk
  readonly wal: SmallDisk
  url(): string
  ownerUrl(): string
  isUp(): boolean
  /** kill -9 of the server; it may have ended by itself. */
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** The cluster takes some 50 MB of the first; the log keeps three to four segments of 16 MB. */
const DATA_MB = 160
const WAL_MB = 64

export async function openSmallDiskPostgres(): Promise<SmallDiskPostgres> {
  const root = mkdtempSync(join(tmpdir(), 'countersign-small-disk-'))
  chmodSync(root, 0o711)
  const [dataFolder, walFolder] = [join(root, 'data'), join(root, 'wal')]
  mkdirSync(dataFolder, { mode: 0o711 })
  mkdirSync(walFolder, { mode: 0o711 })
  const home = join(dataFolder, 'home')
  const disks: SmallDisk[] = []
  const close = async () => {
    disks.forEach((disk) => disk.clear())
    await removeHome(home)
    disks.forEach((disk) => disk.unmount())
    rmSync(root, { recursive: true, force: true })
  }
  try {
    disks.push(mountSmallDisk(dataFolder, DATA_MB), mountSmallDisk(walFolder, WAL_MB))
    return await bringUp(home, disks as [SmallDisk, SmallDisk], close)
  } catch (error) {
    await close()
    throw error
  }
}

async function bringUp(
  home: string,
  [data, wal]: readonly [SmallDisk, SmallDisk],
  close: () => Promise<void>,
): Promise<SmallDiskPostgres> {
  const made = await openEmbeddedPostgres({ home, log: silentLogger })
  await execute(made.ownerUrl('postgres'), `ALTER SYSTEM SET min_wal_size = '32MB'`)
  await made.close()
  const folder = clusterOf(home).data
  moveLog(folder, join(wal.folder, 'pg_wal'))
  let server = await openEmbeddedPostgres({ home, log: silentLogger })
  await migrate({ ownerUrl: server.ownerUrl(), appUser: new URL(server.url()).username })
  await execute(server.ownerUrl(), 'CHECKPOINT')
  return {
    data,
    wal,
    url: () => server.url(),
    ownerUrl: () => server.ownerUrl(),
    isUp: () => findPostmaster(folder) !== undefined,
    kill: async () => {
      const running = findPostmaster(folder)
      if (running !== undefined) process.kill(running.pid, 'SIGKILL')
      await waitUntil('the server is gone', () => findPostmaster(folder) === undefined, PATIENCE_MS)
    },
    start: async () => {
      server = await openEmbeddedPostgres({ home, log: silentLogger })
    },
    close,
  }
}

const PATIENCE_MS = 60_000

/** What a stopped server has of its log goes to the other disk, as an administrator would move it. */
function moveLog(data: string, to: string): void {
  const from = join(data, 'pg_wal')
  const { uid, gid } = statSync(from)
  cpSync(from, to, { recursive: true })
  for (const path of ['', ...readdirSync(to, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(to, path), uid, gid)
    chmodSync(join(to, path), statSync(join(to, path)).isDirectory() ? 0o700 : 0o600)
  }
  rmSync(from, { recursive: true })
  symlinkSync(to, from)
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
