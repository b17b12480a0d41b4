import { sql } from './drizzle.ts'
import type { Database } from './database.ts'

export interface AuditProtection {
  /** False: the login of the service could change or remove entries, and only the checkpoints would tell. */
  readonly isProtected: boolean
  /** What it could do, in words; empty when it is protected. */
  readonly gaps: readonly string[]
}

/** Whether this login could alter the audit tables: by rights on them, as their owner, or as a superuser. */
export async function auditProtection(db: Database): Promise<AuditProtection> {
  const { rows } = await db.execute<{ gap: string }>(sql`
    SELECT format('%s on %s', what, tables.name) AS gap
      FROM (VALUES ('audit_leaves'), ('audit_entries')) AS tables (name),
           unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS what
     WHERE has_table_privilege(tables.name, what)
    UNION ALL
    SELECT format('owner of %s', c.relname) FROM pg_class c
     WHERE c.oid IN ('audit_leaves'::regclass, 'audit_entries'::regclass)
       AND pg_has_role(c.relowner, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 'superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
    UNION ALL
    SELECT format('triggers of %s are missing or switched off', tables.name)
      FROM (VALUES ('audit_leaves'), ('audit_entries')) AS tables (name)
     WHERE (SELECT count(*) FROM pg_trigger t
             WHERE t.tgrelid = tables.name::regclass AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')) < 2`)
  const gaps = rows.map((row) => row.gap)
  return { isProtected: gaps.length === 0, gaps }
}
