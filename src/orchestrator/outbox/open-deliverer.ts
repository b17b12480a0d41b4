import { SurfaceBudgets } from './surface-budgets.ts'
import { VendorBusyError } from '../../kernel/vendor-errors.ts'
import { deliverMessage } from './deliver-message.ts'
import { judgeFailure } from './judge-failure.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Deps } from '../dependencies.ts'
import type { Signals } from '../../ports/signals.ts'
import type { WaitingMessage } from '../../ports/outbox.ts'

const LEASE_MS = 15_000
const RENEW_MS = 5_000
const POLL_MS = 1_000
const STANDBY_POLL_MS = 2_000
const BATCH = 200
const CALL_TIMEOUT_MS = 10_000

export interface Deliverer {
  close(): Promise<void>
}

/**
 * Delivers what waits for one surface. One replica at a time, by lease, since budgets and the order of updates are the
 * surface's and not a replica's. Wakes at commit; the poll only catches lost hints. Failures are spread with jittered
 * backoff; what the platform will never take is buried, counted and visible.
 */
export function openDeliverer(deps: Deps, surface: ChatSurface, signals: Signals): Deliverer {
  const loop = new DeliveryLoop(deps, surface)
  const stopListening = signals.listen('outbox', () => {
    loop.wake()
  })
  const running = loop.run()
  return {
    close: async () => {
      stopListening()
      loop.stop()
      await running
    },
  }
}

class DeliveryLoop {
  readonly #deps: Deps
  readonly #surface: ChatSurface
  readonly #budgets: SurfaceBudgets
  readonly #leaseName: string
  readonly #busy = new Set<string>()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #renewAtMs = Number.NEGATIVE_INFINITY
  #isWoken = false
  #wakeUp: (() => void) | undefined

  constructor(deps: Deps, surface: ChatSurface) {
    this.#deps = deps
    this.#surface = surface
    this.#budgets = new SurfaceBudgets(surface.limits, deps.clock.monotonicMs())
    this.#leaseName = `outbox ${surface.name}`
  }

  wake(): void {
    this.#isWoken = true
    this.#wakeUp?.()
  }

  stop(): void {
    this.#abort.abort()
    this.wake()
  }

  async run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const pauseMs = await this.#turn()
      await this.#pause(pauseMs)
    }
    await Promise.allSettled(this.#inFlight)
    await this.#deps.stores.leases.release(this.#leaseName, this.#deps.settings.replicaId).catch(() => undefined)
  }

  /** One look at what is due; how long to wait for the next. */
  async #turn(): Promise<number> {
    this.#isWoken = false
    try {
      if (!(await this.#holdsLease())) return STANDBY_POLL_MS
      const due = await this.#deps.stores.outboxQueue.listDue(this.#surface.name, BATCH)
      for (const waiting of due) this.#start(waiting)
      return POLL_MS
    } catch (error) {
      this.#deps.log.warn({ error, surface: this.#surface.name }, 'outbox could not be read')
      return POLL_MS
    }
  }

  async #holdsLease(): Promise<boolean> {
    const nowMs = this.#deps.clock.monotonicMs()
    if (nowMs < this.#renewAtMs) return true
    const holds = await this.#deps.stores.leases.hold(this.#leaseName, this.#deps.settings.replicaId, LEASE_MS)
    this.#renewAtMs = holds ? nowMs + RENEW_MS : Number.NEGATIVE_INFINITY
    return holds
  }

  #start(waiting: WaitingMessage): void {
    // One delivery per incident at a time, so that two updates of a card cannot overtake each other.
    const key = waiting.message.incidentId ?? waiting.id
    if (this.#busy.has(key)) return
    this.#busy.add(key)
    const work = this.#deliver(waiting).finally(() => {
      this.#busy.delete(key)
      this.#inFlight.delete(work)
      this.wake()
    })
    this.#inFlight.add(work)
  }

  async #deliver(waiting: WaitingMessage): Promise<void> {
    const { stores, telemetry, clock, log } = this.#deps
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(CALL_TIMEOUT_MS), this.#abort.signal])
      const waitMs = await deliverMessage(this.#deps, this.#surface, this.#budgets, waiting, signal)
      if (waitMs > 0) {
        await stores.outboxQueue.postpone(waiting, waitMs, null)
        this.#wakeAfter(waitMs)
        return
      }
      await stores.outboxQueue.markSent([waiting])
      telemetry.count('outbox_sent', { surface: this.#surface.name, kind: waiting.message.kind })
      telemetry.observeSeconds(
        'outbox_lag',
        { surface: this.#surface.name },
        (clock.now().getTime() - waiting.createdAt.getTime()) / 1000,
      )
    } catch (error) {
      if (this.#abort.signal.aborted) return
      await this.#failed(waiting, error).catch((cause: unknown) => {
        log.warn({ error: cause, outboxId: waiting.id }, 'outbox failure could not be recorded')
      })
    }
  }

  async #failed(waiting: WaitingMessage, error: unknown): Promise<void> {
    const { stores, telemetry, log, randomBytes } = this.#deps
    const { next, delayMs, reason, isAttempt } = judgeFailure(waiting, error, randomBytes(1)[0] ?? 0)
    const about = { outboxId: waiting.id, surface: this.#surface.name, kind: waiting.message.kind, reason }
    telemetry.count('outbox_failed', { surface: this.#surface.name, next })
    if (next === 'bury') {
      log.error(about, 'outbox message buried')
      await stores.outboxQueue.bury(waiting, reason)
      return
    }
    if (error instanceof VendorBusyError) await this.#stepBack(waiting, error.retryAfterMs)
    log.warn({ ...about, delayMs }, 'outbox delivery failed')
    await stores.outboxQueue.postpone(waiting, delayMs, isAttempt ? reason : null)
    this.#wakeAfter(delayMs)
  }

  /** The platform asks to wait: so does everything else that would use the same budgets. */
  async #stepBack(waiting: WaitingMessage, forMs: number): Promise<void> {
    const nowMs = this.#deps.clock.monotonicMs()
    this.#budgets.blockUpdates(nowMs, forMs)
    const { incidentId } = waiting.message
    if (incidentId === null) return
    for (const card of await this.#deps.stores.cards.listByIncident(incidentId)) {
      if (card.surface === this.#surface.name) this.#budgets.blockPosts(card.channel, nowMs, forMs)
    }
  }

  #wakeAfter(delayMs: number): void {
    const timer = setTimeout(() => {
      this.wake()
    }, delayMs)
    timer.unref()
  }

  async #pause(forMs: number): Promise<void> {
    if (this.#isWoken || this.#abort.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs)
      this.#wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wakeUp = undefined
  }
}
