import { setTimeout as delay } from 'node:timers/promises'
import { untilNextLookMs } from '../../support/until-next-look.ts'

const GIVE_UP_MS = 90_000

/** Looks until there is something to see: whole stories with real processes take seconds, on a busy machine many. */
export async function waitLong<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const startedAtMs = performance.now()
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    const waitedMs = performance.now() - startedAtMs
    if (waitedMs > GIVE_UP_MS) throw new Error(`Waited in vain for: ${what}`)
    await delay(untilNextLookMs(waitedMs, 50))
  }
}

export async function waitUntilLong(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  await waitLong(what, async () => ((await holds()) ? true : undefined))
}
