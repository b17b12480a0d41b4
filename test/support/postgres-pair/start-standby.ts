import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { Client } from 'pg'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { chooseServerUser } from '../../../src/store/embedded/choose-user.ts'
import { freePort } from '../../../src/store/embedded/free-port.ts'
import { readHomeState } from '../../../src/store/embedded/home-state.ts'
import type { HomeState } from '../../../src/store/embedded/home-state.ts'
import { locateBinaries } from '../../../src/store/embedded/locate-binaries.ts'
import { cacheFolders, prepareBinaries } from '../../../src/store/embedded/prepare-binaries.ts'
import { serverArguments } from '../../../src/store/embedded/server-settings.ts'
import { spawnProgram } from '../../../src/store/embedded/server-process.ts'
import { waitUntil } from '../wait-until.ts'

const UP_WITHIN_MS = 60_000

/** How the standby is known to the primary. */
export const STANDBY = 'countersign_standby'

/** A home with its cluster, as `postgres.json` in it describes it. */
export function clusterOf(home: string): { readonly folder: string; readonly data: string; readonly state: HomeState } {
  const state = readHomeState(home)
  if (state === undefined) throw new Error(`${home} holds no database.`)
  const folder = resolve(home, state.clusterFolder)
  return { folder, data: join(folder, 'data'), state }
}

/** A cold copy of a stopped primary, which is to follow the server that `primary` leads to. */
export function copyCold(from: string, to: string): void {
  cpSync(from, to, { recursive: true })
  const [source, copy] = [clusterOf(from), clusterOf(to)]
  rmSync(join(copy.data, 'postmaster.pid'), { force: true })
  // Only the server's own user may read its files, whoever copied them.
  for (const path of ['', ...readdirSync(copy.folder, { recursive: true, encoding: 'utf8' })]) {
    const { uid, gid, mode } = statSync(join(source.folder, path))
    chownSync(join(copy.folder, path), uid, gid)
    chmodSync(join(copy.folder, path), mode & 0o777)
  }
}

/** Starts the copy as a standby. Answers its URL for the owner's login. */
export async function startStandby(home: string, primary: URL): Promise<string> {
  const { folder, data, state } = clusterOf(home)
  const { uid, gid } = statSync(data)
  const conninfo = `host=${primary.hostname} port=${primary.port} user=${state.owner.user} password=${state.owner.password} application_name=${STANDBY}`
  const files = { 'standby.signal': '', 'postgresql.auto.conf': `primary_conninfo = '${conninfo}'\n` }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(data, name), text, { mode: 0o600 })
    chownSync(join(data, name), uid, gid)
  }
  const user = chooseServerUser(uid)
  const located = await locateBinaries()
  const binaries = prepareBinaries({ binaries: located, user, cacheFolders: cacheFolders(folder), log: silentLogger })
  const port = await freePort(0)
  const log = openSync(join(folder, 'standby.log'), 'a', 0o600)
  const args = ['-D', data, ...serverArguments('service', port)]
  spawnProgram(binaries.postgres, args, { user, folder }, { detached: true, stdio: ['ignore', log, log] }).unref()
  closeSync(log)
  const { user: name, password } = state.owner
  const url = `postgres://${name}:${password}@127.0.0.1:${String(port)}/postgres`
  await waitUntil('the standby takes connections', () => answers(url), UP_WITHIN_MS)
  return url
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
