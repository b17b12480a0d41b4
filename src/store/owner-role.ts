import { escapeIdentifier } from 'pg'
import type { Client } from 'pg'

const OWNER_ROLE = 'countersign_owner'

/**
 * Tables belong to a role that nobody can log in as, where the login may arrange that: then not even the migration
 * login's everyday use can change them by accident. Where the application's own login migrates, it owns the tables:
 * a role it may assume would protect nothing.
 */
export async function assumeOwnerRole(client: Client, appUser: string): Promise<void> {
  const login = await describeLogin(client)
  if (login.name === appUser) return
  if (!login.ownerExists) {
    if (!login.mayCreateRoles) return
    await createOwnerRole(client)
  } else if (!login.mayAssumeOwner) {
    if (!(await tryStatement(client, `GRANT ${OWNER_ROLE} TO CURRENT_USER`))) return
  }
  await letOwnerCreate(client)
  if (await mayCreateHere(client)) await client.query(`SET LOCAL ROLE ${OWNER_ROLE}`)
}

interface Login {
  readonly name: string
  readonly ownerExists: boolean
  readonly mayCreateRoles: boolean
  readonly mayAssumeOwner: boolean
}

async function describeLogin(client: Client): Promise<Login> {
  const { rows } = await client.query<Login>(
    `SELECT current_user AS name,
            owner.oid IS NOT NULL AS "ownerExists",
            me.rolsuper OR me.rolcreaterole AS "mayCreateRoles",
            me.rolsuper OR coalesce(pg_has_role(current_user, owner.oid, 'MEMBER'), false) AS "mayAssumeOwner"
       FROM pg_roles me LEFT JOIN pg_roles owner ON owner.rolname = '${OWNER_ROLE}'
      WHERE me.rolname = current_user`,
  )
  const [login] = rows
  if (login === undefined) throw new Error('PostgreSQL does not say who is logged in.')
  return login
}

/** Another replica or database of the same cluster may create the role at the same moment. */
async function createOwnerRole(client: Client): Promise<void> {
  await tryStatement(client, `CREATE ROLE ${OWNER_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`)
  await tryStatement(client, `GRANT ${OWNER_ROLE} TO CURRENT_USER`)
}

async function letOwnerCreate(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name')
  const database = escapeIdentifier(rows[0]?.name ?? '')
  await tryStatement(client, `GRANT CREATE ON DATABASE ${database} TO ${OWNER_ROLE}`)
  await tryStatement(client, `GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER_ROLE}`)
}

async function mayCreateHere(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT has_database_privilege('${OWNER_ROLE}', current_database(), 'CREATE')
        AND has_schema_privilege('${OWNER_ROLE}', 'public', 'CREATE')
        AND pg_has_role(current_user, '${OWNER_ROLE}', 'MEMBER')
        AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname = 'public' AND c.relname = 'audit_leaves'
                           AND NOT pg_has_role('${OWNER_ROLE}', c.relowner, 'MEMBER')) AS may`,
  )
  return rows[0]?.may === true
}

async function tryStatement(client: Client, statement: string): Promise<boolean> {
  await client.query('SAVEPOINT attempt')
  try {
    await client.query(statement)
    await client.query('RELEASE SAVEPOINT attempt')
    return true
  } catch {
    // Not allowed, or done by somebody else in between: the checks that follow look at what holds now.
    await client.query('ROLLBACK TO SAVEPOINT attempt')
    return false
  }
}
