import type { OnCallStanding } from '../../domain/on-call.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { Deps } from '../dependencies.ts'
import { askSource } from '../refresh/ask-source.ts'

/** Whoever decides waits for it, so it is given less time than evidence is. */
const TIMEOUT_MS = 2_000

/** Ids of the people of the directory who are on call for a service now; null when the schedule could not be read. */
export interface OnCallNow {
  readonly ids: ReadonlySet<string> | null
}

/**
 * Read before a decision's transaction begins, so that no lock waits for a vendor. The connector keeps an answer for at
 * most a minute and a failure never. Null where no schedule tells of the service.
 */
export async function readOnCall(deps: Deps, serviceName: string | null): Promise<OnCallNow | null> {
  const { onCall, directory } = deps
  const service = findService(deps.catalog, serviceName)
  if (onCall === null || service?.pagerdutyServiceId == null) return null
  const limits = { timeoutMs: TIMEOUT_MS, signal: new AbortController().signal }
  const answer = await askSource(deps, 'the on-call schedule', limits, (signal) => onCall.listOnCall(service, signal))
  if (!answer.ok) return { ids: null }
  const known = answer.value.flatMap(({ email }) => directory.findById(email ?? '')?.id ?? [])
  return { ids: new Set(known) }
}

export function standingOf(onCall: OnCallNow | null, personId: string): OnCallStanding | null {
  if (onCall === null) return null
  if (onCall.ids === null) return 'unknown'
  return onCall.ids.has(personId) ? 'yes' : 'no'
}
