import { z } from 'zod'
import { historyOf, revisionOf } from './application-state.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Application, HistoryEntry, Operation } from './schema.ts'

/** The name of the info that stamps our syncs; its value is the idempotency key. */
export const STEP_INFO = 'countersign-step'

/**
 * How we recognise our own operation afterwards, and how the app looked before the request. It is on record before
 * anything is sent: in the `mark` of the state before, and again in the handle once Argo CD has accepted.
 */
export const Footprint = z.object({
  /** Our token's name; null when Argo CD does not tell. */
  account: z.string().nullable(),
  /** The revision we asked for; null for a sync to whatever the app tracks. */
  revision: z.string().nullable(),
  /** The key that a sync carries as an info. A rollback takes no stamp. */
  stepKey: z.string().nullable(),
  historyIdBefore: z.number().int().nullable(),
  revisionBefore: z.string().nullable(),
  startedAtBefore: z.string().nullable(),
})
export type Footprint = z.infer<typeof Footprint>

export function footprintOf(
  application: Application,
  asked: { readonly account: string | null; readonly revision: string | null; readonly stepKey: string | null },
): Footprint {
  const top = historyOf(application)[0]
  return {
    ...asked,
    historyIdBefore: top?.id ?? null,
    revisionBefore: top === undefined ? null : revisionOf(top),
    startedAtBefore: application.status?.operationState?.startedAt ?? null,
  }
}

export function readFootprint(from: JsonObject | null | undefined): Footprint | null {
  const parsed = Footprint.safeParse(from)
  return parsed.success ? parsed.data : null
}

/** Is this operation the one we asked for? Without a stamp: our account and our revision, and no rehearsal. */
export function isOurOperation(footprint: Footprint, operation: Operation | null | undefined): boolean {
  if (operation == null) return false
  if (footprint.stepKey !== null) {
    return (operation.info ?? []).some((info) => info.name === STEP_INFO && info.value === footprint.stepKey)
  }
  return (
    footprint.account !== null &&
    operation.initiatedBy?.username === footprint.account &&
    footprint.revision !== null &&
    revisionOf(operation.sync ?? {}) === footprint.revision &&
    operation.sync?.dryRun !== true
  )
}

/** An entry that our operation left in the history. Entries carry no stamp, so account and revision must do. */
export function findOurEntry(footprint: Footprint, application: Application): HistoryEntry | undefined {
  const { account, revision, historyIdBefore } = footprint
  if (account === null || revision === null) return undefined
  return historyOf(application).find(
    (entry) =>
      entry.id > (historyIdBefore ?? -1) && entry.initiatedBy?.username === account && revisionOf(entry) === revision,
  )
}
