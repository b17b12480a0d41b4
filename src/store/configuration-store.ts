import { and, asc, desc, eq, inArray, sql } from './drizzle.ts'
import { encodeVersion } from '../domain/digest-configuration.ts'
import { notify } from './notify.ts'
import { storableText } from '../kernel/clean-text.ts'
import {
  configurationChanges,
  configurationDecisions,
  configurationInForce,
  configurationNotices,
  configurationPlaybooks,
  configurationVersions,
} from './schema.ts'
import type {
  ConfigurationChange,
  ConfigurationDecision,
  ConfigurationState,
  ConfigurationText,
  ConfigurationVersion,
  Review,
} from '../domain/configuration.ts'
import type { ConfigurationStore, VersionInForce } from '../ports/configuration-store.ts'
import type { Database } from './database.ts'
import type { SurfaceName } from '../domain/surface.ts'

/** `countersi` in ASCII: whoever finds the table of what is in force empty waits for whoever fills it. */
const FIRST_START_LOCK = 0x636f756e74657273n

/**
 * What is in force is one row. Whoever accepts holds its lock, and whoever proposes a plan shares it, so that no plan
 * of an older version is made beside a newer one.
 */
export function createConfigurationStore(db: Database): ConfigurationStore {
  return {
    lockInForce: () => lockInForce(db),
    holdInForce: async () => {
      const { rows } = await db.execute<{ digest: string }>(
        sql`SELECT digest FROM configuration_in_force WHERE id = 1 FOR SHARE`,
      )
      return rows[0]?.digest ?? null
    },
    readInForce: (known) =>
      readVersion(
        db,
        sql`digest = (SELECT digest FROM configuration_in_force WHERE id = 1) AND digest IS DISTINCT FROM ${known}::text`,
      ),
    findVersion: (digest) => readVersion(db, sql`digest = ${digest}`),
    keepVersion: (version, playbooks) => keepVersion(db, version, playbooks),
    ...changesOf(db),
    putInForce: async (digest, changeId) => {
      await db.execute(sql`
        INSERT INTO configuration_in_force (id, digest, change_id) VALUES (1, ${digest}, ${changeId})
        ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, change_id = excluded.change_id, since = clock_timestamp()`)
      await notify(db, 'configuration', digest)
    },
    ...decisionsOf(db),
    isAcceptedPlaybook: (name, digest) => isAcceptedPlaybook(db, name, digest),
    ...noticesOf(db),
  }
}

async function lockInForce(db: Database): Promise<VersionInForce | undefined> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${FIRST_START_LOCK.toString()}::bigint)`)
  await db.execute(sql`SELECT FROM configuration_in_force WHERE id = 1 FOR UPDATE`)
  const rows = await db
    .select({
      digest: configurationInForce.digest,
      changeId: configurationInForce.changeId,
      review: configurationChanges.review,
    })
    .from(configurationInForce)
    .innerJoin(configurationChanges, eq(configurationChanges.id, configurationInForce.changeId))
  return rows.map((row) => ({ ...row, review: row.review as Review }))[0]
}

async function readVersion(db: Database, where: ReturnType<typeof sql>): Promise<ConfigurationVersion | undefined> {
  const rows = await db.select().from(configurationVersions).where(where)
  return rows.map(({ digest, files }) => ({
    digest,
    // Written by `keepVersion` and by nothing else.
    files: JSON.parse(Buffer.from(files).toString('utf8')) as readonly ConfigurationText[],
  }))[0]
}

async function keepVersion(
  db: Database,
  { digest, files }: ConfigurationVersion,
  playbooks: readonly { readonly name: string; readonly digest: string }[],
): Promise<void> {
  await db
    .insert(configurationVersions)
    .values({ digest, files: Buffer.from(encodeVersion(files), 'utf8') })
    .onConflictDoNothing()
  if (playbooks.length === 0) return
  await db
    .insert(configurationPlaybooks)
    .values(playbooks.map((playbook) => ({ version: digest, name: playbook.name, digest: playbook.digest })))
    .onConflictDoNothing()
}

const IN_ORDER = sql`substring(${configurationChanges.id} FROM 5)::bigint`

function changesOf(
  db: Database,
): Pick<ConfigurationStore, 'addChange' | 'find' | 'listOf' | 'listPending' | 'findLastAccepted' | 'close'> {
  const select = async (where: ReturnType<typeof and>) => {
    const rows = await db.select().from(configurationChanges).where(where).orderBy(desc(IN_ORDER))
    return rows.map(toChange)
  }
  return {
    addChange: async (change) => {
      const rows = await db.insert(configurationChanges).values(change).returning()
      const [added] = rows.map(toChange)
      if (added === undefined) throw new Error('A change of the configuration was inserted and did not come back.')
      return added
    },
    find: async (id) => (await select(eq(configurationChanges.id, id)))[0],
    listOf: (digest) => select(eq(configurationChanges.digest, digest)),
    listPending: () => select(eq(configurationChanges.state, 'pending')),
    findLastAccepted: async (reviews) =>
      (
        await select(
          and(eq(configurationChanges.state, 'accepted'), inArray(configurationChanges.review, [...reviews])),
        )
      )[0],
    close: async (id, to, reason) => {
      const rows = await db
        .update(configurationChanges)
        .set({
          state: to,
          closedAt: sql`clock_timestamp()`,
          closedReason: reason === null ? null : storableText(reason),
        })
        .where(and(eq(configurationChanges.id, id), eq(configurationChanges.state, 'pending')))
        .returning()
      return rows.map(toChange)[0]
    },
  }
}

function decisionsOf(db: Database): Pick<ConfigurationStore, 'listDecisions' | 'addDecision'> {
  return {
    listDecisions: async (changeId) => {
      const rows = await db
        .select()
        .from(configurationDecisions)
        .where(eq(configurationDecisions.changeId, changeId))
        .orderBy(asc(configurationDecisions.id))
      return rows.map(toDecision)
    },
    addDecision: async (changeId, decision) => {
      const rows = await db
        .insert(configurationDecisions)
        .values({
          ...decision,
          changeId,
          reason: decision.reason === null ? null : storableText(decision.reason),
          rolesAtTime: [...decision.rolesAtTime],
        })
        .onConflictDoNothing()
        .returning({ id: configurationDecisions.id })
      return rows.length > 0
    },
  }
}

/** A playbook that an accepted version took out is not run on, however it was accepted once. */
async function isAcceptedPlaybook(db: Database, name: string, digest: string): Promise<boolean> {
  const { rows } = await db.execute<{ is_accepted: boolean }>(sql`
    SELECT EXISTS (
             SELECT FROM configuration_playbooks p JOIN configuration_changes c ON c.digest = p.version
              WHERE p.name = ${name} AND p.digest = ${digest} AND c.state = 'accepted')
       AND EXISTS (
             SELECT FROM configuration_playbooks p JOIN configuration_in_force f ON f.digest = p.version
              WHERE p.name = ${name}) AS is_accepted`)
  return rows[0]?.is_accepted ?? false
}

function noticesOf(db: Database): Pick<ConfigurationStore, 'findNotice' | 'findByNotice' | 'addNotice'> {
  return {
    findNotice: async (changeId, surface) => {
      const rows = await db
        .select({ channel: configurationNotices.channel, message: configurationNotices.message })
        .from(configurationNotices)
        .where(and(eq(configurationNotices.changeId, changeId), eq(configurationNotices.surface, surface)))
      return rows[0]
    },
    findByNotice: async (surface, { channel, message }) => {
      const rows = await db
        .select({ changeId: configurationNotices.changeId })
        .from(configurationNotices)
        .where(
          and(
            eq(configurationNotices.surface, surface),
            eq(configurationNotices.channel, channel),
            eq(configurationNotices.message, message),
          ),
        )
      return rows[0]?.changeId
    },
    addNotice: async (changeId, surface, card) => {
      await db
        .insert(configurationNotices)
        .values({ changeId, surface, ...card })
        .onConflictDoNothing()
    },
  }
}

function toChange(row: typeof configurationChanges.$inferSelect): ConfigurationChange {
  return { ...row, state: row.state as ConfigurationState, review: row.review as Review }
}

function toDecision(row: typeof configurationDecisions.$inferSelect): ConfigurationDecision {
  return {
    personId: row.personId,
    personName: row.personName,
    decision: row.decision as ConfigurationDecision['decision'],
    reason: row.reason,
    digest: row.digest,
    rolesAtTime: row.rolesAtTime,
    surface: row.surface as SurfaceName,
    at: row.at,
  }
}
