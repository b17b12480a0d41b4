import { sha256Hex } from '../../../kernel/sha256.ts'
import type { DeliveryStore } from '../../../ports/delivery-store.ts'
import type { Telemetry } from '../../../ports/telemetry.ts'

export interface ReplayGuard {
  /** `new` the first time; later the first answer's status. */
  begin(key: string): Promise<{ readonly isNew: true } | { readonly isNew: false; readonly status: number }>
  end(key: string, status: number): Promise<void>
}

const SURFACE = 'slack'
const ANSWER_WAIT_MS = 2_000
const POLL_MS = 20

/**
 * One request, however often its bytes arrive, on whichever replica: the first to write its key runs it. A copy that
 * overtakes the first one's answer waits for it a moment, so that both say the same.
 */
export function createReplayGuard(
  deliveries: Pick<DeliveryStore, 'serve' | 'served' | 'servedAnswer'>,
  telemetry: Telemetry,
): ReplayGuard {
  return {
    begin: async (key) => {
      const requestKey = sha256Hex(key)
      const first = await deliveries.serve(SURFACE, requestKey)
      if (first === undefined) return { isNew: true }
      telemetry.count('replays', { source: SURFACE })
      return { isNew: false, status: first.status ?? (await firstAnswer(deliveries, requestKey)) }
    },
    end: (key, status) => deliveries.served(SURFACE, sha256Hex(key), status),
  }
}

/** The first is acknowledged within milliseconds; should its replica have died, Slack is told that all is well. */
async function firstAnswer(deliveries: Pick<DeliveryStore, 'servedAnswer'>, requestKey: string): Promise<number> {
  const deadlineMs = performance.now() + ANSWER_WAIT_MS
  while (performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    const status = (await deliveries.servedAnswer(SURFACE, requestKey))?.status
    if (status != null) return status
  }
  return 200
}
