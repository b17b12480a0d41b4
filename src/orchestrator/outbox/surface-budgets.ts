import { SendWindows } from './send-windows.ts'
import { TokenBucket } from './token-bucket.ts'
import type { DeliveryLimits } from '../../ports/chat-surface.ts'

/** Of the updates a minute, those kept for what people wait for: approvals and results never queue behind a storm. */
const URGENT_SHARE = 0.4

/** Slack makes 20 a minute; a storm that wants more is one that nobody wants a channel each for. */
const ROOMS_PER_MINUTE = 12
const ROOM_BURST = 3

/**
 * All budgets of one surface: posts per channel, updates over all, both per thread where the platform counts so, and the
 * least time between two updates of a card.
 *
 * An update that may not go yet keeps its place: the card comes back when its turn is there, and asks no sooner. With
 * hundreds of cards waiting, asking again and again would cost more than the updates themselves.
 */
export class SurfaceBudgets {
  readonly #limits: DeliveryLimits
  readonly #channels = new Map<string, TokenBucket>()
  /** Card → when it was shown last. */
  readonly #shown = new Map<string, number>()
  /** Card → when its turn is. */
  readonly #turns = new Map<string, number>()
  readonly #windows: SendWindows
  readonly #updates: TokenBucket
  readonly #urgentUpdates: TokenBucket
  readonly #rooms: TokenBucket

  constructor(limits: DeliveryLimits, nowMs: number) {
    this.#limits = limits
    this.#windows = new SendWindows(limits.threadWindows ?? [])
    this.#rooms = new TokenBucket(ROOMS_PER_MINUTE / 60, ROOM_BURST, nowMs)
    const perSecond = limits.updatesPerMinute / 60
    const urgentBurst = Math.max(1, Math.floor(limits.updateBurst * URGENT_SHARE))
    this.#urgentUpdates = new TokenBucket(perSecond * URGENT_SHARE, urgentBurst, nowMs)
    const burst = Math.max(1, limits.updateBurst - urgentBurst)
    this.#updates = new TokenBucket(perSecond * (1 - URGENT_SHARE), burst, nowMs)
  }

  /** 0 when it may go now (and the budget is spent), else the milliseconds to wait. */
  takePost(channel: string, nowMs: number, thread: string = channel): number {
    const window = this.#windows.wait(thread, nowMs)
    if (window > 0) return window
    const wait = this.#channel(channel, nowMs).take(nowMs)
    if (wait === 0) this.#windows.note(thread, nowMs)
    return wait
  }

  /** 0 when the card may be updated now (and the budget is spent), else the milliseconds until its turn, which is kept. */
  takeUpdate(cardId: string, isUrgent: boolean, nowMs: number, thread: string = cardId): number {
    const interval = Math.max(
      0,
      (this.#shown.get(cardId) ?? Number.NEGATIVE_INFINITY) + this.#limits.cardIntervalMs - nowMs,
      this.#windows.wait(thread, nowMs),
    )
    const wait = this.#waitForTurn(cardId, isUrgent, nowMs, interval)
    if (wait === 0) this.#windows.note(thread, nowMs)
    return wait
  }

  #waitForTurn(cardId: string, isUrgent: boolean, nowMs: number, interval: number): number {
    const turn = this.#turns.get(cardId)
    if (interval === 0 && isUrgent && this.#urgentUpdates.take(nowMs) === 0) return this.#go(cardId, nowMs)
    if (turn !== undefined) {
      return turn <= nowMs && interval === 0 ? this.#go(cardId, nowMs) : Math.max(turn - nowMs, interval)
    }
    const wait = Math.max(this.#updates.reserve(nowMs), interval)
    if (wait === 0) return this.#go(cardId, nowMs)
    this.#turns.set(cardId, nowMs + wait)
    return wait
  }

  /** A channel of its own for an incident. */
  takeRoom(nowMs: number): number {
    return this.#rooms.take(nowMs)
  }

  blockPosts(channel: string, nowMs: number, forMs: number): void {
    this.#channel(channel, nowMs).block(nowMs, forMs)
  }

  blockUpdates(nowMs: number, forMs: number): void {
    this.#updates.block(nowMs, forMs)
    this.#urgentUpdates.block(nowMs, forMs)
  }

  #go(cardId: string, nowMs: number): 0 {
    this.#turns.delete(cardId)
    this.#shown.set(cardId, nowMs)
    if (this.#shown.size > 1000) this.#forgetOld(nowMs)
    return 0
  }

  #forgetOld(nowMs: number): void {
    for (const [id, at] of this.#shown) if (nowMs - at > this.#limits.cardIntervalMs) this.#shown.delete(id)
  }

  #channel(channel: string, nowMs: number): TokenBucket {
    const known = this.#channels.get(channel)
    if (known !== undefined) return known
    const bucket = new TokenBucket(this.#limits.postsPerSecond, this.#limits.postBurst, nowMs)
    this.#channels.set(channel, bucket)
    return bucket
  }
}
