export interface CardContext {
  readonly now: Date
  /** Undefined where nothing may be pressed: read-only sessions and shared pages. */
  readonly csrf: string | undefined
  /** Who looks; null where that is nobody in particular. */
  readonly personId: string | null
}
