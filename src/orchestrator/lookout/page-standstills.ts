import type { Pager } from '../../ports/pager.ts'
import type { Stores } from '../../ports/stores.ts'

/** Below PagerDuty's 120 events a minute and key, with a pass every ten seconds. */
const PAGES_A_PASS = 15
const PAGE_TIMEOUT_MS = 10_000

/**
 * Tells the pager what it was not told yet, and what is over. A page that is not taken is sent again at the next pass
 * under the same key, which makes no second one. Throws when the pager does not take it: then there is no beat either,
 * and the switch outside pages in its place.
 */
export async function pageStandstills(
  stores: Pick<Stores, 'standstills'>,
  pager: Pager,
  publicUrl: string | null,
): Promise<void> {
  for (const untold of await stores.standstills.listUntold(PAGES_A_PASS)) {
    const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS)
    // One pager key per finding: after an end the same thing may stand still anew, and is then another page.
    const key = `countersign/${untold.key}/${untold.id}`
    if (untold.isOver) await pager.clear(key, signal)
    else {
      const { text, kind, incidentId, foundAt } = untold
      await pager.raise({ key, summary: text, kind, incidentId, at: foundAt, url: publicUrl }, signal)
    }
    await stores.standstills.markTold(untold.id, untold.isOver)
  }
}
