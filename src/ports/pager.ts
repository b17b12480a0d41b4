/** A call to whoever is on duty, beside the chat. */
export interface Page {
  /** The same key is the same page: it may be sent again. */
  readonly key: string
  readonly summary: string
  readonly kind: string
  readonly incidentId: string | null
  readonly at: Date
  /** Link to the console; null when no public address is configured. */
  readonly url: string | null
}

export interface Pager {
  raise(page: Page, signal: AbortSignal): Promise<void>
  clear(key: string, signal: AbortSignal): Promise<void>
}

/** A sign of life to a dead-man switch outside: when it stops coming, that switch pages. */
export interface OutsideHeartbeat {
  /** Milliseconds between two beats. */
  readonly everyMs: number
  beat(signal: AbortSignal): Promise<void>
}
