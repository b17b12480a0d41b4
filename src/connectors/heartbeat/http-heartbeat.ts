import { sendRequest } from '../shared/http-request.ts'
import type { OutsideHeartbeat } from '../../ports/pager.ts'

export interface HttpHeartbeatOptions {
  /** With the secret filled in: never shown. */
  readonly url: string
  readonly everyMs: number
}

const TIMEOUT_MS = 10_000

/** A POST without a body to the dead-man switch (Healthchecks, Dead Man's Snitch, Cronitor, Uptime Kuma, …). */
export function createHttpHeartbeat({ url, everyMs }: HttpHeartbeatOptions): OutsideHeartbeat {
  return {
    everyMs,
    beat: async (signal) => {
      await sendRequest({
        ...{ vendor: 'The dead-man switch', method: 'POST', url, timeoutMs: TIMEOUT_MS, signal },
        // A beat that came twice is one.
        effect: false,
        maxResponseBytes: 64 * 1024,
      })
    },
  }
}
