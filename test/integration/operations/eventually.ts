import { setTimeout as delay } from 'node:timers/promises'
import { untilNextLookMs } from '../../support/until-next-look.ts'

/** Whole processes start and hand over work meanwhile, on a machine that may be busy. */
const GIVE_UP_MS = 100_000

/** Waits for a condition between processes, and says in vain for which. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const startedAtMs = performance.now()
  while (!(await holds())) {
    const waitedMs = performance.now() - startedAtMs
    if (waitedMs > GIVE_UP_MS) throw new Error(`Waited in vain for: ${what}`)
    await delay(untilNextLookMs(waitedMs, 20))
  }
}
