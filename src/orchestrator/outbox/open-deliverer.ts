import { AppError } from '../../kernel/errors.ts'
import { BusyKeys, busyKey } from './busy-keys.ts'
import { SurfaceBudgets } from './surface-budgets.ts'
import { SurfaceWatch } from './surface-watch.ts'
import { VendorUnknownError } from '../../kernel/vendor-errors.ts'
import { deliverMessage } from './deliver-message.ts'
import { gatherDue } from './gather-due.ts'
import { guardSurface } from './guard-surface.ts'
import { judgeFailure } from './judge-failure.ts'
import { postFirstCard } from './post-first-card.ts'
import { recordSurfaceState } from './record-surface-state.ts'
import type { Batch } from './gather-due.ts'
import type { ChatSurface } from '../../ports/chat-surface.ts'
import type { Courier, FirstPlace } from './first-cards.ts'
import type { Deps } from '../dependencies.ts'
import type { IncidentRooms } from '../../ports/incident-rooms.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { SurfaceName } from '../../domain/surface.ts'
import type { Signals } from '../../ports/signals.ts'
import type { WaitingMessage } from '../../ports/outbox.ts'

const LEASE_MS = 15_000
const RENEW_MS = 5_000
const POLL_MS = 1_000
const STANDBY_POLL_MS = 2_000
const BATCH = 200
const CALL_TIMEOUT_MS = 10_000
const BEGINS_BEFORE_BURYING = 3

export interface Deliverer {
  close(): Promise<void>
}

/**
 * Delivers what waits for one surface. One replica at a time, by lease, since budgets and the order of updates are the
 * surface's and not a replica's. Wakes at commit; the poll only catches lost hints. Failures are spread with jittered
 * backoff; what the platform will never take is buried, counted and visible. A surface that stays silent is put on
 * record, so that the cards elsewhere say so.
 */
export function openDeliverer(
  deps: Deps,
  surface: ChatSurface,
  signals: Signals,
  rooms: IncidentRooms | null = null,
): Deliverer {
  const loop = new DeliveryLoop(deps, surface, rooms)
  const stopPosting = deps.firstCards.add(loop)
  const stopListening = signals.listen('outbox', () => {
    loop.wake()
  })
  const running = loop.run()
  return {
    close: async () => {
      stopListening()
      stopPosting()
      loop.stop()
      await running
    },
  }
}

class DeliveryLoop implements Courier {
  readonly #deps: Deps
  readonly #surface: ChatSurface
  readonly #rooms: IncidentRooms | null
  readonly #budgets: SurfaceBudgets
  readonly #watch = new SurfaceWatch()
  readonly #leaseName: string
  readonly #busy = new BusyKeys()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #renewAtMs = Number.NEGATIVE_INFINITY
  #isAlone = false
  #isWoken = false
  #wakeUp: (() => void) | undefined

  constructor(deps: Deps, surface: ChatSurface, rooms: IncidentRooms | null) {
    this.#deps = deps
    this.#rooms = rooms
    const { clock } = deps
    const budgets = new SurfaceBudgets(surface.limits, clock.monotonicMs())
    const isStopping = () => this.#abort.signal.aborted
    this.#budgets = budgets
    this.#surface = guardSurface(surface, { budgets, watch: this.#watch, clock, isStopping })
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

  get surface(): SurfaceName {
    return this.#surface.name
  }

  reserve({ incidentId, channel }: FirstPlace): boolean {
    const nowMs = this.#deps.clock.monotonicMs()
    const isOurTurn = !this.#abort.signal.aborted && !this.#isAlone && nowMs < this.#renewAtMs
    if (!isOurTurn || !this.#busy.take(incidentId)) return false
    if (this.#budgets.takePost(channel, nowMs) === 0) return true
    this.#busy.release(incidentId)
    return false
  }

  release({ incidentId }: FirstPlace): void {
    this.#busy.release(incidentId)
  }

  post(place: FirstPlace, view: IncidentView): void {
    const signal = AbortSignal.any([AbortSignal.timeout(CALL_TIMEOUT_MS), this.#abort.signal])
    this.#track(place.incidentId, this.#postFirst(place, view, signal))
  }

  /** What fails is due in the outbox, where the next turn finds it and looks for the card before it posts again. */
  async #postFirst(place: FirstPlace, view: IncidentView, signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#deps
    try {
      await postFirstCard({ deps: this.#deps, surface: this.#surface, rooms: this.#rooms, signal }, place, view)
    } catch (err) {
      const about = { err, surface: place.surface, incidentId: place.incidentId }
      log.warn(about, 'first card is left to the outbox')
    }
    await this.#recordState(clock.monotonicMs())
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
      await this.#startDue(due)
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

  /**
   * What was begun before and came to no end may have taken the process with it: it is sent alone, after all the others,
   * and given up after three such tries. So nothing that was merely sent beside it is counted for more than once.
   */
  async #startDue(due: readonly WaitingMessage[]): Promise<void> {
    const { stores, log } = this.#deps
    if (this.#isAlone) return
    const fresh = this.#busy.takeTurns(gatherDue(due.filter(({ begun }) => begun === 0)))
    if (fresh.length > 0) {
      await this.#begin(fresh)
      return
    }
    const suspect = due.find(({ begun }) => begun > 0)
    if (suspect === undefined || this.#inFlight.size > 0) return
    if (suspect.begun >= BEGINS_BEFORE_BURYING) {
      const reason = `The process that sent it stopped ${String(suspect.begun)} times in a row.`
      log.error({ outboxId: suspect.id, surface: this.#surface.name, reason }, 'outbox message buried')
      await stores.deadLetters.bury(suspect, reason)
      return
    }
    const turns = this.#busy.takeTurns([[suspect]])
    this.#isAlone = turns.length > 0
    await this.#begin(turns)
  }

  /** What was sent since the list was read is not sent once more. */
  async #begin(turns: readonly Batch[]): Promise<void> {
    const free = new Set(turns.map(([first]) => busyKey(first)))
    try {
      for (const batch of gatherDue(await this.#deps.stores.outboxQueue.begin(turns.flat()))) {
        const key = busyKey(batch[0])
        if (free.delete(key)) this.#track(key, this.#deliver(batch))
      }
    } finally {
      for (const key of free) this.#busy.release(key)
      if (this.#inFlight.size === 0) this.#isAlone = false
    }
  }

  #track(key: string, delivery: Promise<void>): void {
    const work = delivery.finally(() => {
      this.#busy.release(key)
      this.#inFlight.delete(work)
      this.#isAlone = false
      this.wake()
    })
    this.#inFlight.add(work)
  }

  async #deliver(batch: Batch): Promise<void> {
    const { stores, clock, log } = this.#deps
    const signal = AbortSignal.any([AbortSignal.timeout(CALL_TIMEOUT_MS), this.#abort.signal])
    const delivery = { deps: this.#deps, surface: this.#surface, rooms: this.#rooms, budgets: this.#budgets, signal }
    try {
      const waitMs = await deliverMessage(delivery, batch)
      if (waitMs > 0) {
        for (const one of batch) await stores.outboxQueue.postpone(one, waitMs, null, one.mayHaveArrived)
        this.#wakeAfter(waitMs)
      } else await this.#sent(batch)
    } catch (error) {
      if (this.#abort.signal.aborted) return
      for (const one of batch) {
        await this.#failed(one, error).catch((cause: unknown) => {
          log.warn({ error: cause, outboxId: one.id }, 'outbox failure could not be recorded')
        })
      }
    }
    await this.#recordState(clock.monotonicMs())
  }

  async #sent(batch: Batch): Promise<void> {
    const { stores, telemetry, clock } = this.#deps
    await stores.outboxQueue.markSent(batch)
    const surface = this.#surface.name
    for (const { message, createdAt } of batch) {
      telemetry.count('outbox_sent', { surface, kind: message.kind })
      telemetry.observeSeconds('outbox_lag', { surface }, (clock.now().getTime() - createdAt.getTime()) / 1000)
    }
  }

  async #failed(waiting: WaitingMessage, error: unknown): Promise<void> {
    const { stores, telemetry, log, randomBytes } = this.#deps
    const { next, delayMs, reason, isAttempt } = judgeFailure(waiting, error, randomBytes(1)[0] ?? 0)
    const about = { outboxId: waiting.id, surface: this.#surface.name, kind: waiting.message.kind, reason }
    telemetry.count('outbox_failed', { surface: this.#surface.name, next })
    if (next === 'bury') {
      log.error(about, 'outbox message buried')
      await stores.deadLetters.bury(waiting, reason)
      return
    }
    log.warn({ ...about, delayMs }, 'outbox delivery failed')
    await stores.outboxQueue.postpone(waiting, delayMs, isAttempt ? reason : null, isOpen(waiting, error))
    this.#wakeAfter(delayMs)
  }

  /** Tried again after the next delivery, should the database not take it now. */
  async #recordState(nowMs: number): Promise<void> {
    const news = this.#watch.news(nowMs)
    if (news === undefined) return
    this.#watch.recorded(news.isReachable)
    try {
      await recordSurfaceState(this.#deps, this.#surface.name, news)
    } catch (error) {
      this.#watch.recorded(!news.isReachable)
      this.#deps.log.warn({ error, surface: this.#surface.name }, 'state of a surface could not be recorded')
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

/** A card is found by itself; of anything else the next try must know that it may be there already. */
function isOpen(waiting: WaitingMessage, error: unknown): boolean {
  if (waiting.message.kind === 'card' || waiting.message.kind === 'room') return false
  return waiting.mayHaveArrived || error instanceof VendorUnknownError || !(error instanceof AppError)
}
