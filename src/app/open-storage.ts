import { AppError } from '../kernel/errors.ts'
import { openDatabase } from '../store/database.ts'
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts'
import type { Config } from '../config/config.ts'
import type { DatabaseOptions, OpenDatabase } from '../store/database.ts'
import type { Logger } from '../kernel/logger.ts'

export interface Storage {
  /** The login the service works with. */
  readonly url: string
  /** The login that migrates; null where only `countersign migrate` may. */
  readonly ownerUrl: string | null
  readonly appUser: string
  readonly isEmbedded: boolean
  close(): Promise<void>
}

export class StorageError extends AppError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('storage', message, true, options)
  }
}

/** `DATABASE_URL` when it is set, else the embedded server below the data folder. */
export async function openStorage(config: Config, log: Logger): Promise<Storage> {
  const { DATABASE_URL: url, DATABASE_ADMIN_URL: adminUrl } = config.environment
  if (url === undefined) {
    const embedded = await openEmbeddedPostgres({ home: config.dataFolder, log })
    return {
      url: embedded.url(),
      ownerUrl: embedded.ownerUrl(),
      appUser: userOf(embedded.url()),
      isEmbedded: true,
      close: () => embedded.close(),
    }
  }
  return { url, ownerUrl: adminUrl ?? null, appUser: userOf(url), isEmbedded: false, close: async () => undefined }
}

/** The pool of this process. That the server cannot be reached is said in words, with the login and without its password. */
export async function connect(storage: Storage, options: Omit<DatabaseOptions, 'url'>): Promise<OpenDatabase> {
  return saidPlainly(storage.url, () => openDatabase({ ...options, url: storage.url }))
}

/** What the driver throws while it connects names neither the server nor what to do. */
export async function saidPlainly<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new StorageError(
      `${describeServer(url)} cannot be used: ${reasonOf(cause)}. Check that the server runs, and the address and login.`,
      { cause },
    )
  }
}

function describeServer(url: string): string {
  const { username, host, pathname } = new URL(url)
  return `The database ${pathname.slice(1)} at ${host} as ${decodeURIComponent(username)}`
}

/** Several addresses of one name fail as one error without a message of its own. */
function reasonOf(cause: unknown): string {
  const { message = '', code = '' } = cause as { readonly message?: string; readonly code?: string }
  return message || code || 'no reason was given'
}

/** The role a connection string logs in as; the driver's own default is the name of the system user. */
function userOf(url: string): string {
  const user = decodeURIComponent(new URL(url).username)
  if (user !== '') return user
  throw new StorageError('DATABASE_URL names no user. Write it as postgres://user:password@host:5432/database.')
}
