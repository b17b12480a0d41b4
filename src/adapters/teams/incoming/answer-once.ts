import { setTimeout as delay } from 'node:timers/promises'
import { sha256Hex } from '../../../kernel/sha256.ts'
import type { DeliveryStore, ServedAnswer } from '../../../ports/delivery-store.ts'
import type { Telemetry } from '../../../ports/telemetry.ts'

/** What an activity was answered: the body of an invoke’s response, null for everything else. */
export type GivenAnswer = string | null

const SURFACE = 'teams'
const ANSWER_WAIT_MS = 3_000
const POLL_MS = 20

/**
 * One activity, however often it arrives, on whichever replica: the first to write its key runs it, and whoever comes
 * later is given the first one's answer. The token does not bind the body, so a copy with other words in it, under the
 * same id, is a copy all the same.
 */
export async function answerOnce(
  parts: {
    readonly deliveries: Pick<DeliveryStore, 'serve' | 'served' | 'servedAnswer'>
    readonly telemetry: Telemetry
  },
  key: string,
  run: () => Promise<GivenAnswer>,
): Promise<GivenAnswer> {
  const { deliveries, telemetry } = parts
  const requestKey = sha256Hex(key)
  const first = await deliveries.serve(SURFACE, requestKey)
  if (first !== undefined) {
    telemetry.count('replays', { source: SURFACE })
    return first.status === null ? firstAnswer(deliveries, requestKey) : (first.answer ?? null)
  }
  const answer = await run()
  await deliveries.served(SURFACE, requestKey, 200, answer ?? undefined)
  return answer
}

/** The first is answered within moments; should its replica have died, nothing more is known of it. */
async function firstAnswer(deliveries: Pick<DeliveryStore, 'servedAnswer'>, requestKey: string): Promise<GivenAnswer> {
  const deadlineMs = performance.now() + ANSWER_WAIT_MS
  while (performance.now() < deadlineMs) {
    await delay(POLL_MS)
    const first: ServedAnswer | undefined = await deliveries.servedAnswer(SURFACE, requestKey)
    if (first?.status != null) return first.answer ?? null
  }
  return null
}
