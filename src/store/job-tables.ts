import { escapeIdentifier } from 'pg'
import type { Client } from 'pg'
import { PgBoss } from 'pg-boss'
import { ensureQueues } from './job-queues.ts'
import { JOB_SCHEMA } from './job-schema.ts'

/** Next to the lock of the migrations: the engine's own lock lets the slower of two installations fail. */
const INSTALL_LOCK = 26868377447

/** The job engine's tables belong to the service's own login, which also upgrades them. */
export async function prepareJobSchema(client: Client, appUser: string): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${JOB_SCHEMA}`)
  const { rows } = await client.query<{ may: boolean }>("SELECT has_schema_privilege($1, $2, 'CREATE') AS may", [
    appUser,
    JOB_SCHEMA,
  ])
  if (rows[0]?.may === true) return
  await client.query(`GRANT USAGE, CREATE ON SCHEMA ${JOB_SCHEMA} TO ${escapeIdentifier(appUser)}`)
}

/**
 * Where the owner's login may act as the service's, the tables are made at migration, so that a template database for
 * tests has them too; else the service makes them at its first start.
 */
export async function installJobTables(client: Client, appUser: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT current_user = $1 OR pg_has_role(current_user, $1, 'MEMBER') AS may`,
    [appUser],
  )
  if (rows[0]?.may !== true) return
  await client.query('SELECT pg_advisory_lock($1)', [INSTALL_LOCK])
  await client.query(`SET ROLE ${escapeIdentifier(appUser)}`)
  const boss = new PgBoss({
    db: { executeSql: oneAfterTheOther((text, values) => client.query(text, values)) },
    schema: JOB_SCHEMA,
    createSchema: false,
    supervise: false,
    schedule: false,
  })
  boss.on('error', () => undefined)
  try {
    await boss.start()
    await ensureQueues(boss)
  } finally {
    await boss.stop({ close: false, graceful: false })
  }
  await client.query('RESET ROLE')
  await client.query('SELECT pg_advisory_unlock($1)', [INSTALL_LOCK])
}

/** The engine asks several things at once, a single connection answers one. */
function oneAfterTheOther<Answer>(
  ask: (text: string, values?: unknown[]) => Promise<Answer>,
): (text: string, values?: unknown[]) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve()
  return (text, values) => {
    const answer = last.then(() => ask(text, values))
    last = answer.catch(() => undefined)
    return answer
  }
}
