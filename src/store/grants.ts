import { escapeIdentifier } from 'pg'
import type { Client } from 'pg'

const APPEND_ONLY = ['audit_leaves', 'audit_entries']
/** The columns a writer fills in; number, transaction id and time of a leaf are the database's own. */
const LEAF_COLUMNS = 'entry_id, event, incident_id, bytes, leaf_hash'

interface Tables {
  /** What the service works with. */
  readonly tables: string
  /** The audit log's own, the months of the leaves among them: rights on the whole hold for the parts. */
  readonly audit: string
  readonly is_owner: boolean
}

/**
 * What the service's login may do, and no more: read and append the audit log, have its next months made, move the
 * sequencer's row, and work with everything else. Where it owns the tables itself there is nothing to grant.
 */
export async function grantToApplication(client: Client, appUser: string): Promise<void> {
  const role = escapeIdentifier(appUser)
  const { rows } = await client.query<Tables>(
    `SELECT string_agg(format('%I', tablename), ', ') FILTER (WHERE tablename NOT LIKE 'audit\\_%') AS tables,
            string_agg(format('%I', tablename), ', ') FILTER (WHERE tablename LIKE 'audit\\_%') AS audit,
            bool_and(tableowner = $1) AS is_owner
       FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user`,
    [appUser],
  )
  if (rows[0]?.is_owner === false) {
    await client.query(`GRANT USAGE ON SCHEMA public, countersign_meta TO ${role}`)
    await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA countersign_meta TO ${role}`)
    await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${rows[0].tables} TO ${role}`)
    await client.query(`REVOKE ALL ON ${rows[0].audit} FROM ${role}, PUBLIC`)
    await client.query(`GRANT SELECT ON ${APPEND_ONLY.join(', ')} TO ${role}`)
    await client.query(`GRANT INSERT (${LEAF_COLUMNS}) ON audit_leaves TO ${role}`)
    await client.query(`GRANT INSERT ON audit_entries TO ${role}`)
    await client.query(`GRANT SELECT, UPDATE ON audit_sequencer TO ${role}`)
    await client.query(`GRANT EXECUTE ON FUNCTION audit_make_months() TO ${role}`)
    await client.query(`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${role}`)
  }
}
