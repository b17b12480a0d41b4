import { setTimeout as delay } from 'node:timers/promises'
import { untilNextLookMs } from './until-next-look.ts'

/** Long, since it costs nothing where the condition comes to hold: on a busy machine a process may stand still for seconds. */
const GIVE_UP_MS = 60_000

/** Waits for a condition instead of a time; fails by saying what it waited for. */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  giveUpMs = GIVE_UP_MS,
): Promise<void> {
  const startedAtMs = performance.now()
  while (!(await holds())) {
    const waitedMs = performance.now() - startedAtMs
    if (waitedMs > giveUpMs) throw new Error(`Waited in vain for: ${what}`)
    await delay(untilNextLookMs(waitedMs, 5))
  }
}
