import { setTimeout as delay } from 'node:timers/promises'
import { LOOKOUT_DUTY } from '../../ports/clock-duty-store.ts'
import type { OutsideHeartbeat, Pager } from '../../ports/pager.ts'
import type { Deps } from '../dependencies.ts'
import { lookOut } from './look-out.ts'
import type { LookoutDeps } from './look-out.ts'
import { pageStandstills } from './page-standstills.ts'

const LEASE = 'lookout'
const LEASE_MS = 15_000
const LOOK_EVERY_MS = 10_000
const BEAT_TIMEOUT_MS = 10_000

export interface LookoutNeeds extends LookoutDeps, Pick<Deps, 'clock' | 'settings'> {
  /** null where none is configured: then chat, log, metric and the switch outside are all. */
  readonly pager: Pager | null
  readonly heartbeat: OutsideHeartbeat | null
  /** Only tests look more often. */
  readonly lookEveryMs?: number
}

export interface Lookout {
  close(): Promise<void>
}

/**
 * The lookout runs in every process, also one without the worker role, so that frozen workers are noticed. One at a time
 * does it, by lease: look for what stands still → page → say outside that all this was done. Who looks over the lookout
 * is outside: a beat is sent only after a pass that came to its end and whose pages were taken, so that a lookout that
 * stopped, a database that does not answer and a pager that takes nothing all end in a missed beat.
 *
 *   standby → (lease) → looking → paging → beating → waiting 10 s → looking …; a failure → waiting, without a beat
 */
export function openLookout(needs: LookoutNeeds): Lookout {
  const loop = new LookoutLoop(needs)
  const running = loop.run()
  return {
    close: async () => {
      loop.stop()
      await running
    },
  }
}

class LookoutLoop {
  readonly #needs: LookoutNeeds
  readonly #stop = new AbortController()
  readonly #everyMs: number
  #beatAtMs = Number.NEGATIVE_INFINITY
  #isFailing = false
  #isFirst = true

  constructor(needs: LookoutNeeds) {
    this.#needs = needs
    this.#everyMs = needs.lookEveryMs ?? LOOK_EVERY_MS
  }

  stop(): void {
    this.#stop.abort()
  }

  async run(): Promise<void> {
    const { stores, settings } = this.#needs
    while (!this.#stop.signal.aborted) {
      await this.#turn()
      await delay(this.#everyMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
    await stores.leases.release(LEASE, settings.replicaId).catch(() => undefined)
  }

  async #turn(): Promise<void> {
    const { stores, settings, log, telemetry } = this.#needs
    try {
      if (!(await stores.leases.hold(LEASE, settings.replicaId, LEASE_MS))) return
      await this.#pass()
      this.#isFailing = false
    } catch (error) {
      telemetry.count('lookout_failures', {})
      // The first failure of a row is said aloud; the beat that is missed says the rest.
      if (this.#isFailing) log.debug({ err: error }, 'the lookout still cannot come to its end')
      else log.error({ err: error }, 'the lookout did not come to its end, and sends no beat; the next pass is in 10 s')
      this.#isFailing = true
    }
  }

  async #pass(): Promise<void> {
    const { stores, settings, pager } = this.#needs
    await lookOut(this.#needs, undefined, this.#isFirst)
    this.#isFirst = false
    if (pager !== null) await pageStandstills(stores, pager, settings.publicUrl)
    await stores.clockDuties.end(LOOKOUT_DUTY)
    await this.#beat()
  }

  /** Half a pass early rather than late: the switch outside counts the time between two beats. */
  async #beat(): Promise<void> {
    const { heartbeat, clock, log, telemetry } = this.#needs
    const nowMs = clock.monotonicMs()
    if (heartbeat === null || nowMs < this.#beatAtMs - this.#everyMs / 2) return
    try {
      await heartbeat.beat(AbortSignal.timeout(BEAT_TIMEOUT_MS))
      this.#beatAtMs = nowMs + heartbeat.everyMs
      telemetry.count('heartbeats', { outcome: 'sent' })
    } catch (error) {
      telemetry.count('heartbeats', { outcome: 'failed' })
      log.warn({ err: error }, 'the beat to the switch outside was not taken; it is sent again after the next pass')
    }
  }
}
