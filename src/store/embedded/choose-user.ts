import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres-error.ts'

/** Whom the server runs as when that is somebody else than this process. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const CANDIDATES = ['postgres', 'nobody']

/**
 * PostgreSQL refuses to run as root, and refuses a user without a name. Undefined means: as this process itself.
 * Files that exist decide first, because the server only opens what belongs to its own user.
 */
export function chooseServerUser(filesBelongTo: number | undefined): ServerUser | undefined {
  if (process.geteuid === undefined) return undefined
  if (process.geteuid() !== 0) {
    assertHasName(process.geteuid())
    return undefined
  }
  const users = readUsers()
  const owner = users.find((user) => user.uid === filesBelongTo && user.uid !== 0)
  const chosen = owner ?? CANDIDATES.map((name) => users.find((user) => user.name === name)).find(Boolean)
  if (chosen !== undefined) return chosen
  throw new EmbeddedPostgresError(
    'no_user',
    `PostgreSQL does not run as root, and there is no user ${CANDIDATES.join(' or ')} to run it as. ` +
      `Start Countersign as an ordinary user, or: ${USE_DATABASE_URL}`,
  )
}

function assertHasName(uid: number): void {
  try {
    userInfo()
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'no_user',
      `User id ${uid} has no entry in /etc/passwd, and PostgreSQL does not run without one. ${USE_DATABASE_URL}`,
      { cause },
    )
  }
}

function readUsers(): ServerUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7)
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: toId(uid), gid: toId(gid) }))
}

/** macOS writes nobody's id as -2; the system call wants the same number unsigned. */
function toId(text: string | undefined): number {
  return Number(text) >>> 0
}
