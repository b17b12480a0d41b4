import type { SQL } from 'drizzle-orm'
import type { Attempt } from '../domain/run.ts'
import type { Unchanged } from '../ports/ledger-store.ts'
import { sql } from './drizzle.ts'
import { HOLDS } from './freeze-store.ts'
import type { ValueOf } from './fixed-statement.ts'

/**
 * By what the database sees whether a run still stands as it was read. A row's `xmin` is the transaction that wrote it:
 * whoever changes a row, however that is done, gives it another one. What comes in several rows is told by all of them.
 */

/** Of a proposal. */
export function versionOfDecisions(proposalId: SQL): SQL {
  return sql`(SELECT coalesce(string_agg(d.id || ' ' || d.xmin::text, ',' ORDER BY d.id), '')
                FROM decisions d WHERE d.proposal_id = ${proposalId})`
}

/** Of those that hold now: one that begins, ends or is lifted makes another version. */
export const VERSION_OF_FREEZES = sql`(
  SELECT coalesce(string_agg(f.id || ' ' || f.xmin::text, ',' ORDER BY f.id), '') FROM freezes f WHERE ${HOLDS})`

/** The ledger of a run by the ids and states of its rows. */
export function versionOfLedger(runId: SQL): SQL {
  return sql`(SELECT coalesce(string_agg(a.id || ' ' || a.state, ',' ORDER BY a.id), '')
                FROM attempts a WHERE a.run_id = ${runId})`
}

/** As `versionOfLedger` puts it together. */
export function ledgerOf(attempts: readonly Attempt[]): string {
  return attempts.map(({ id, state }) => `${id} ${state}`).join(',')
}

export interface UnchangedValues {
  readonly proposalVersion: string
  readonly incidentVersion: string
  readonly decisionsVersion: string
  readonly freezesVersion: string
  readonly ledger: string
}

export function unchangedValues({ versions, attempts }: Unchanged): UnchangedValues {
  return {
    proposalVersion: versions.proposal,
    incidentVersion: versions.incident,
    decisionsVersion: versions.decisions,
    freezesVersion: versions.freezes,
    ledger: ledgerOf(attempts),
  }
}

/** Of the run `r` and the version `version` of its proposal. Nobody has asked it to stop either. */
export function isUnchanged(value: ValueOf<UnchangedValues>, version: SQL): SQL {
  return sql`(r.stop_requested_by IS NULL
    AND ${version} = ${value('proposalVersion')}::text
    AND (SELECT i.xmin::text FROM incidents i WHERE i.id = r.incident_id) = ${value('incidentVersion')}::text
    AND ${versionOfDecisions(sql`r.proposal_id`)} = ${value('decisionsVersion')}::text
    AND ${VERSION_OF_FREEZES} = ${value('freezesVersion')}::text
    AND ${versionOfLedger(sql`r.id`)} = ${value('ledger')}::text)`
}
