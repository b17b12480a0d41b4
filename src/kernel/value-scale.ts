export interface ValueScale {
  readonly low: number
  readonly high: number
  /** Round values from `low` to `high`, both included. */
  readonly ticks: readonly number[]
}

/** Beyond it stands what means "no limit", such as the largest number there is, and no axis can be divided up to it. */
const HIGHEST_VALUE = 1e300
/** Below it powers of ten are no longer exact, and then zero: what is so small is drawn as none. */
const SMALLEST_STEP = 1e-300
const INTERVALS = 4
const STEPS = [1, 2, 5, 10]
/** The highest point stays a little below the edge, so that a line along it is seen. */
const HEADROOM = 1.02

export function isDrawable(value: number): boolean {
  return Math.abs(value) <= HIGHEST_VALUE
}

/**
 * An axis with room for these values, in a few round steps: every picture of the house has the same. It begins at zero unless something is below it, so that heights can be compared. Values must be drawable.
 */
export function valueScale(values: readonly number[]): ValueScale {
  const highest = values.reduce((most, value) => Math.max(most, value), 0)
  const lowest = values.reduce((least, value) => Math.min(least, value), 0)
  const step = niceStep((highest - lowest) / INTERVALS)
  const low = Math.floor(lowest / step) * step
  const high = Math.max(low + step, Math.ceil((highest * HEADROOM) / step) * step)
  const count = Math.round((high - low) / step)
  return { low, high, ticks: Array.from({ length: count + 1 }, (_none, index) => low + index * step) }
}

function niceStep(least: number): number {
  if (!(least > SMALLEST_STEP) || !Number.isFinite(least)) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  return (STEPS.find((step) => step * power >= least * 0.999) ?? 10) * power
}
