const AT_MOST_TIMES = 6

/**
 * Whoever has waited for long does not mind a tenth more: each look costs the processor that the awaited work needs.
 * Never less than `leastMs`, never more than six times that.
 */
export function untilNextLookMs(waitedMs: number, leastMs: number): number {
  return Math.min(Math.max(leastMs, waitedMs / 10), leastMs * AT_MOST_TIMES)
}
