import { sql } from './drizzle.ts'
import type { Database } from './database.ts'

export interface AuditProtection {
  /** False: the login of the service could change or remove entries, and only the checkpoints would tell. */
  readonly isProtected: boolean
  /** What it could do, in words; empty when it is protected. */
  readonly gaps: readonly string[]
}

/** Whether this login could alter the audit tables, each month included: by rights, as their owner, or as a superuser. */
export async function auditProtection(db: Database): Promise<AuditProtection> {
  const { rows } = await db.execute<{ gap: string }>(sql`
    WITH tables AS (
      SELECT c.oid, c.relname AS name, c.relowner AS owner FROM pg_class c
       WHERE c.oid IN ('audit_leaves'::regclass, 'audit_entries'::regclass)
          OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_leaves'::regclass)
    )
    SELECT format('%s on %s', what, tables.name) AS gap
      FROM tables, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS what
     WHERE has_table_privilege(tables.oid, what)
    UNION ALL
    SELECT format('owner of %s', tables.name) FROM tables
     WHERE pg_has_role(tables.owner, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 'superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
    UNION ALL
    SELECT format('triggers of %s are missing or switched off', tables.name) FROM tables
     WHERE (SELECT count(*) FROM pg_trigger t
             WHERE t.tgrelid = tables.oid AND t.tgfoid = 'audit_refuse_change'::regproc
               AND t.tgenabled IN ('O', 'A')) < 2
    UNION ALL
    SELECT 'the trigger that keeps the sequencer in its place is missing or switched off'
     WHERE NOT EXISTS (SELECT FROM pg_trigger t
                        WHERE t.tgrelid = 'audit_sequencer'::regclass AND t.tgfoid = to_regproc('audit_refuse_skip')
                          AND t.tgenabled IN ('O', 'A'))`)
  const gaps = rows.map((row) => row.gap)
  return { isProtected: gaps.length === 0, gaps }
}
