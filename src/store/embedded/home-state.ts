import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'

const Login = z.object({ user: z.string().min(1), password: z.string().min(1) })

/** What has to be remembered of one embedded database: where its files are, its port, and who may log in. */
const HomeState = z.object({
  /** Relative to the home folder, so that it may be moved, or absolute when the files could not be kept in it. */
  clusterFolder: z.string().min(1),
  /** The last port; used again when free, so that the pools of other processes find a restarted server. */
  port: z.int().min(0).max(65535),
  /** The process that started the server, and so has the duty to stop it; see `nameOfThisProcess`. */
  startedBy: z.string(),
  owner: Login,
  app: Login,
})
export type HomeState = z.infer<typeof HomeState>
export type Login = z.infer<typeof Login>

const OWNER_LOGIN = 'countersign_admin'
const APP_LOGIN = 'countersign_app'

export function createHomeState(clusterFolder: string): HomeState {
  const login = (user: string): Login => ({ user, password: randomBytes(24).toString('hex') })
  return { clusterFolder, port: 0, startedBy: '', owner: login(OWNER_LOGIN), app: login(APP_LOGIN) }
}

export function readHomeState(home: string): HomeState | undefined {
  const path = fileIn(home)
  try {
    return HomeState.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return undefined
    const found = code === 'EACCES' ? 'belongs to another user' : 'is not readable as what we wrote'
    throw new EmbeddedPostgresError(
      'foreign_folder',
      `${path}, which holds the logins of the embedded database, ${found}. ` +
        `Start as the user who made ${home}, restore the file, or choose another folder with COUNTERSIGN_DATA.`,
      { cause },
    )
  }
}

/** Whole or not at all, and on disk before anything relies on it: a lost password would lock its database for good. */
export function writeHomeState(home: string, state: HomeState): void {
  writeDurably(fileIn(home), `${JSON.stringify(state, undefined, 2)}\n`)
}

export function writeDurably(path: string, text: string): void {
  const partial = `${path}.${randomBytes(6).toString('hex')}`
  const file = openSync(partial, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(partial, path)
  syncFolder(dirname(path))
}

/** A rename is on disk when its folder is. Windows has no such call and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function fileIn(home: string): string {
  return join(home, 'postgres.json')
}
