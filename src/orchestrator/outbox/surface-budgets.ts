import { TokenBucket } from './token-bucket.ts'
import type { DeliveryLimits } from '../../ports/chat-surface.ts'

/** All budgets of one surface: posts per channel, updates over all, and the least time between two updates of a card. */
export class SurfaceBudgets {
  readonly #limits: DeliveryLimits
  readonly #channels = new Map<string, TokenBucket>()
  readonly #cards = new Map<string, number>()
  readonly #updates: TokenBucket

  constructor(limits: DeliveryLimits, nowMs: number) {
    this.#limits = limits
    this.#updates = new TokenBucket(limits.updatesPerMinute / 60, limits.updateBurst, nowMs)
  }

  /** 0 when it may go now (and the budget is spent), else the milliseconds to wait. */
  takePost(channel: string, nowMs: number): number {
    return this.#channel(channel, nowMs).take(nowMs)
  }

  takeUpdate(cardId: string, nowMs: number): number {
    const next = (this.#cards.get(cardId) ?? Number.NEGATIVE_INFINITY) + this.#limits.cardIntervalMs
    if (next > nowMs) return next - nowMs
    const wait = this.#updates.take(nowMs)
    if (wait === 0) this.#rememberCard(cardId, nowMs)
    return wait
  }

  blockPosts(channel: string, nowMs: number, forMs: number): void {
    this.#channel(channel, nowMs).block(nowMs, forMs)
  }

  blockUpdates(nowMs: number, forMs: number): void {
    this.#updates.block(nowMs, forMs)
  }

  #channel(channel: string, nowMs: number): TokenBucket {
    const known = this.#channels.get(channel)
    if (known !== undefined) return known
    const bucket = new TokenBucket(this.#limits.postsPerSecond, this.#limits.postBurst, nowMs)
    this.#channels.set(channel, bucket)
    return bucket
  }

  #rememberCard(cardId: string, nowMs: number): void {
    this.#cards.set(cardId, nowMs)
    if (this.#cards.size <= 1000) return
    for (const [id, at] of this.#cards) if (nowMs - at > this.#limits.cardIntervalMs) this.#cards.delete(id)
  }
}
