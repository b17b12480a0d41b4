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

/**
 * Of a proposal. Not sorted, nor are freezes, since this is asked with every step: should the database ever come upon the same rows in another order, that is taken
 * for a change, and all is read anew.
 */
export function versionOfDecisions(proposalId: SQL): SQL {
  return sql`(SELECT coalesce(string_agg(d.id || ' ' || d.xmin::text, ','), '')
                FROM decisions d WHERE d.proposal_id = ${proposalId})`
}

/** Of those that hold now: one that begins, ends or is lifted makes another version. */
export const VERSION_OF_FREEZES = sql`(
  SELECT coalesce(string_agg(f.id || ' ' || f.xmin::text, ','), '') FROM freezes f WHERE ${HOLDS})`

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
  readonly ledgerEnd: string
}

export function unchangedValues({ versions, attempts }: Unchanged): UnchangedValues {
  return {
    proposalVersion: versions.proposal,
    incidentVersion: versions.incident,
    decisionsVersion: versions.decisions,
    freezesVersion: versions.freezes,
    ledgerEnd: `${String(attempts.length)} ${attempts.at(-1)?.id ?? '0'}`,
  }
}

/**
 * Of the run `r` and the version `version` of its proposal. Nobody has asked it to stop either. Of the ledger its end is
 * enough: under this fence nobody else has moved a row of it.
 */
export function isUnchanged(value: ValueOf<UnchangedValues>, version: SQL): SQL {
  return sql`(r.stop_requested_by IS NULL
    AND ${version} = ${value('proposalVersion')}::text
    AND (SELECT i.xmin::text FROM incidents i WHERE i.id = r.incident_id) = ${value('incidentVersion')}::text
    AND ${versionOfDecisions(sql`r.proposal_id`)} = ${value('decisionsVersion')}::text
    AND ${VERSION_OF_FREEZES} = ${value('freezesVersion')}::text
    AND (SELECT count(*) || ' ' || coalesce(max(a.id), 0) FROM attempts a WHERE a.run_id = r.id) = ${value('ledgerEnd')}::text)`
}
