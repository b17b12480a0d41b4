import { randomUUID } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../kernel/logger.ts'
import { canEnter } from './can-reach.ts'
import type { ServerUser } from './choose-user.ts'
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres-error.ts'

const OUTSIDE = '/var/lib/countersign'
const ENTERABLE = 0o711

/**
 * Makes the home folder. What is ours alone, because we made it or found it empty, the server's user may walk through
 * (not list): the data lies below. A folder with something in it keeps its mode.
 */
export function openHome(home: string): void {
  try {
    makeHome(home)
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'no_folder',
      `The data folder ${home} cannot be made or written to by this user (${String(cause)}). ` +
        `Choose another one with COUNTERSIGN_DATA. Or: ${USE_DATABASE_URL}`,
      { cause },
    )
  }
}

function makeHome(home: string): void {
  const isRoot = process.geteuid?.() === 0
  const made = mkdirSync(home, { recursive: true, mode: isRoot ? ENTERABLE : 0o700 })
  if (!isRoot) return
  const isOurs = made !== undefined || (statSync(home).uid === 0 && readdirSync(home).length === 0)
  if (isOurs && (statSync(home).mode & 0o001) === 0) chmodSync(home, ENTERABLE)
}

/**
 * Where a new cluster goes: into the home folder, or, when the server's user cannot get there (below a private folder),
 * to a new folder of its own in the system's place for such data. Returned as the home state keeps it.
 */
export function placeCluster(home: string, user: ServerUser | undefined, log: Logger): string {
  if (user === undefined || canEnter(user, home)) return 'postgres'
  const folder = join(OUTSIDE, randomUUID())
  try {
    mkdirSync(OUTSIDE, { recursive: true, mode: ENTERABLE })
    if (!canEnter(user, OUTSIDE)) throw new Error(`User ${user.name} cannot enter ${OUTSIDE}.`)
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'no_folder',
      `User ${user.name}, as whom PostgreSQL runs, can reach neither ${home} nor ${OUTSIDE}. ` +
        `Choose a folder with COUNTERSIGN_DATA that it can enter. Or: ${USE_DATABASE_URL}`,
      { cause },
    )
  }
  log.warn(
    { home, folder, user: user.name },
    'database kept outside the private data folder, where its user can reach it',
  )
  return folder
}

/** Only the innermost folder is the server's; the rest stays ours, so that nobody else can plant files in our way. */
export function openClusterFolder(folder: string, user: ServerUser | undefined): void {
  mkdirSync(folder, { recursive: true, mode: user === undefined ? 0o700 : ENTERABLE })
  if (user !== undefined) chmodSync(folder, ENTERABLE)
}
