import { StorageError } from './open-storage.ts'
import { isMigrated, migrate } from '../store/migrate.ts'
import type { Database } from '../store/database.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Storage } from './open-storage.ts'

/**
 * Brings the tables up to date when this build needs it: as their owner where that login is at hand (the embedded
 * database, DATABASE_ADMIN_URL), else as the service's own login, which works where it owns them.
 */
export async function prepareTables(storage: Storage, db: Database, log: Logger): Promise<void> {
  if (await isMigrated(db)) return
  try {
    const { applied } = await migrate({ ownerUrl: storage.ownerUrl ?? storage.url, appUser: storage.appUser })
    log.info({ applied }, 'tables brought up to date')
  } catch (cause) {
    if (storage.ownerUrl !== null) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StorageError(
      `The tables are not those of this build, and the login of DATABASE_URL cannot change them (${reason}). Run "countersign migrate" with DATABASE_ADMIN_URL.`,
      { cause },
    )
  }
}
