import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import type { ServerUser } from './choose-user.ts'
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres-error.ts'
import { writeDurably } from './home-state.ts'
import type { HomeState } from './home-state.ts'
import type { Binaries } from './locate-binaries.ts'
import type { Purpose } from './server-settings.ts'
import { runProgram } from './server-process.ts'

export const OWNER_ROLE = 'countersign_owner'
export const DATABASE = 'countersign'

export interface Cluster {
  readonly folder: string
  readonly data: string
  readonly binaries: Binaries
  readonly user: ServerUser | undefined
  readonly purpose: Purpose
}

/** Set as the very last thing of a first start: without it the files are half made, and nobody has used them yet. */
export function isFinished(folder: string): boolean {
  return existsSync(join(folder, 'READY'))
}

export function markFinished(cluster: Cluster): void {
  writeDurably(join(cluster.folder, 'READY'), `${cluster.binaries.version}\n`)
}

export function assertSameMajor(cluster: Cluster): void {
  const ofFiles = readFileSync(join(cluster.data, 'PG_VERSION'), 'utf8').trim()
  const ofBinaries = cluster.binaries.version.split('.')[0]
  if (ofFiles === ofBinaries) return
  throw new EmbeddedPostgresError(
    'wrong_version',
    `${cluster.data} was made by PostgreSQL ${ofFiles}, and the installed binaries are ${String(ofBinaries)}. ` +
      `Install the version of Countersign that made it and export with pg_dump, or choose another folder with COUNTERSIGN_DATA.`,
  )
}

/**
 * Files from nothing, or from a first start that was cut short: what that left is removed. An initdb whose starter was
 * killed may still be writing, so each one works in a folder of its own, which becomes the data folder when it is done.
 */
export async function initCluster(cluster: Cluster, state: HomeState): Promise<void> {
  for (const name of readdirSync(cluster.folder)) {
    if (name === 'data' || name.startsWith('init-')) removeFolder(join(cluster.folder, name))
  }
  const workspace = mkdtempSync(join(cluster.folder, 'init-'))
  if (cluster.user !== undefined) chownSync(workspace, cluster.user.uid, cluster.user.gid)
  const passwordFile = join(workspace, 'password')
  writeFileSync(passwordFile, state.owner.password, { mode: 0o600, flag: 'wx' })
  if (cluster.user !== undefined) chownSync(passwordFile, cluster.user.uid, cluster.user.gid)
  try {
    await runInitdb(cluster, state, join(workspace, 'data'), passwordFile)
    renameSync(join(workspace, 'data'), cluster.data)
  } finally {
    removeFolder(workspace)
  }
}

async function runInitdb(cluster: Cluster, state: HomeState, data: string, passwordFile: string): Promise<void> {
  const options = [
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
    '--auth=scram-sha-256',
    '--set=dynamic_shared_memory_type=mmap',
  ]
  const login = [`--username=${state.owner.user}`, `--pwfile=${passwordFile}`]
  const speed = cluster.purpose === 'tests' ? ['--no-sync'] : []
  const args = [`--pgdata=${data}`, ...options, ...login, ...speed]
  const { code, output } = await runProgram(cluster.binaries.initdb, args, cluster)
  if (code !== 0) throw initdbFailed(cluster, output)
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}

function initdbFailed(cluster: Cluster, output: string): EmbeddedPostgresError {
  const user = cluster.user === undefined ? '' : ` as user ${cluster.user.name}`
  return new EmbeddedPostgresError(
    'initdb_failed',
    `PostgreSQL's initdb failed in ${cluster.data}${user}: ${output.trim()}\nMend that, or: ${USE_DATABASE_URL}`,
  )
}

/**
 * Two logins: the one that migrates (a superuser, used for nothing else) and the one the service works with, which may
 * do only what migrations grant it. Tables belong to a third role that nobody can log in as.
 */
export async function createRoles(ownerUrl: string, app: HomeState['app']): Promise<void> {
  const owner = escapeIdentifier(OWNER_ROLE)
  const service = escapeIdentifier(app.user)
  const client = new Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(`CREATE ROLE ${owner} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`)
    await client.query(
      `CREATE ROLE ${service} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD ${escapeLiteral(app.password)}`,
    )
    await client.query(`CREATE DATABASE ${DATABASE} OWNER ${owner}`)
    await client.query(`REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC`)
    await client.query(`GRANT CONNECT ON DATABASE ${DATABASE} TO ${service}`)
  } finally {
    await client.end()
  }
}
