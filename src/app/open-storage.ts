import { AppError } from '../kernel/errors.ts'
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts'
import type { Config } from '../config/config.ts'
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

/** The role a connection string logs in as; the driver's own default is the name of the system user. */
function userOf(url: string): string {
  const user = decodeURIComponent(new URL(url).username)
  if (user !== '') return user
  throw new StorageError('DATABASE_URL names no user. Write it as postgres://user:password@host:5432/database.')
}
