import { connect, openStorage, saidPlainly } from '../../app/open-storage.ts'
import { auditProtection } from '../../store/audit-protection.ts'
import { isMigrated } from '../../store/migrate.ts'
import { openDatabase } from '../../store/database.ts'
import { silentLogger } from '../../kernel/silent-logger.ts'
import { examineDelivery } from './examine-delivery.ts'
import { examineLookout } from './examine-lookout.ts'
import { fine, guarded, wrong } from './finding.ts'
import type { Config } from '../../config/config.ts'
import type { Finding } from './finding.ts'
import type { OpenDatabase } from '../../store/database.ts'
import type { Storage } from '../../app/open-storage.ts'

const OLDEST_SERVER = 150_000
const APPLICATION = 'countersign-doctor'

/** Looks only: tables that are not there are reported, not made. */
export async function examineDatabase(config: Config): Promise<readonly Finding[]> {
  const remedy = 'Check DATABASE_URL, that the server runs, and that it lets this login in from here.'
  return guarded('Database', remedy, async () => {
    const storage = await openStorage(config, silentLogger)
    try {
      const database = await connect(storage, { applicationName: APPLICATION, maxConnections: 2 })
      try {
        return [await examineServer(database, storage), ...(await examineTables(database, storage, config))]
      } finally {
        await database.close()
      }
    } finally {
      await storage.close()
    }
  })
}

async function examineServer({ pool }: OpenDatabase, storage: Storage): Promise<Finding> {
  const { rows } = await pool.query<{ version: string; number: string }>(
    "select current_setting('server_version') as version, current_setting('server_version_num') as number",
  )
  const version = `PostgreSQL ${rows[0]?.version ?? '?'}`
  if (Number(rows[0]?.number) < OLDEST_SERVER) {
    return wrong('Database', version, 'Upgrade it to 15 or later, or point DATABASE_URL at a newer one.')
  }
  return fine('Database', `${version}, ${storage.isEmbedded ? 'embedded' : 'from DATABASE_URL'}`)
}

async function examineTables(database: OpenDatabase, storage: Storage, config: Config): Promise<readonly Finding[]> {
  const owner = await examineOwner(storage)
  if (await isMigrated(database.db)) {
    return [
      fine('Tables', 'those of this build'),
      ...owner,
      await examineProtection(database),
      ...(await examineDelivery(database.db)),
      ...(await examineLookout(database.db, config)),
    ]
  }
  const { rows } = await database.pool.query<{ may: boolean }>(
    "select has_database_privilege(current_database(), 'CREATE') as may",
  )
  if (storage.ownerUrl !== null || rows[0]?.may === true) {
    return [fine('Tables', 'not those of this build yet; the service brings them up to date at its start'), ...owner]
  }
  const detail = 'not those of this build, and the login of DATABASE_URL may not change them'
  return [wrong('Tables', detail, 'Run "countersign migrate" with DATABASE_ADMIN_URL.'), ...owner]
}

async function examineOwner({ isEmbedded, ownerUrl }: Storage): Promise<readonly Finding[]> {
  if (isEmbedded || ownerUrl === null) return []
  const name = 'Owner login'
  return guarded(name, 'Check DATABASE_ADMIN_URL.', async () => {
    const options = { url: ownerUrl, applicationName: APPLICATION, maxConnections: 1 }
    const owner = await saidPlainly(ownerUrl, () => openDatabase(options))
    await owner.close()
    return [fine(name, 'DATABASE_ADMIN_URL is let in')]
  })
}

/** That one login owns everything is a way to run it, if a poorer one; that a guard is missing is not. */
async function examineProtection({ db }: OpenDatabase): Promise<Finding> {
  const { isProtected, gaps } = await auditProtection(db)
  if (isProtected) return fine('Audit log', 'this service may append and read, not change')
  const missing = gaps.filter((gap) => gap.startsWith('triggers'))
  if (missing.length > 0) {
    return wrong('Audit log', missing.join('; '), 'Find out who did that, and restore the database as it was before.')
  }
  return fine(
    'Audit log',
    'the login of DATABASE_URL could change it, so it is protected by its checkpoints alone; set DATABASE_ADMIN_URL to another login and run "countersign migrate" to separate the two',
  )
}
