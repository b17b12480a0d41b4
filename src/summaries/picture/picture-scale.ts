import type { IncidentPicture } from './incident-picture.ts'

export const PICTURE_WIDTH = 800
const LEFT = 64
const RIGHT = 20
/** Below two lines of title and two rows of labels. */
export const PLOT_TOP = 104
export const PLOT_BOTTOM = 330
const TICKS = 4
/** A limit this many times above everything measured would press the series flat against the axis. */
const FARTHEST_LIMIT = 3

export interface PictureScale {
  readonly left: number
  readonly right: number
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
  readonly times: readonly number[]
  x(seconds: number): number
  y(value: number): number
}

/** Where times and values stand. The axis begins at zero unless something is below it, so that heights can be compared. */
export function scaleOf({ points, limit }: IncidentPicture): PictureScale {
  const [from, to] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 1]
  const values = points.map(([, value]) => value)
  const highest = Math.max(0, ...values)
  const drawn = limit !== null && limit.value <= highest * FARTHEST_LIMIT ? [limit.value] : []
  const step = niceStep((Math.max(highest, ...drawn) - Math.min(0, ...values)) / TICKS)
  const low = Math.floor(Math.min(0, ...values) / step) * step
  const high = Math.max(step, Math.ceil((Math.max(highest, ...drawn) * 1.02) / step) * step)
  const count = Math.round((high - low) / step)
  const [left, right] = [LEFT, PICTURE_WIDTH - RIGHT]
  return {
    ...{ left, right, from, to, low, high },
    ticks: Array.from({ length: count + 1 }, (_none, index) => low + index * step),
    times: timesBetween(from, to),
    x: (seconds) => left + ((seconds - from) / (to - from)) * (right - left),
    y: (value) => PLOT_BOTTOM - ((value - low) / (high - low)) * (PLOT_BOTTOM - PLOT_TOP),
  }
}

const STEPS = [1, 2, 5, 10]

function niceStep(least: number): number {
  if (!(least > 0) || !Number.isFinite(least)) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  return (STEPS.find((step) => step * power >= least * 0.999) ?? 10) * power
}

const TIME_STEPS_S = [60, 300, 600, 900, 1_800, 3_600, 10_800, 21_600, 86_400]
const MOST_TIMES = 8

/** Whole minutes or hours, as on a clock. */
function timesBetween(from: number, to: number): readonly number[] {
  const step = TIME_STEPS_S.find((one) => (to - from) / one <= MOST_TIMES) ?? Math.ceil((to - from) / MOST_TIMES)
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_none, index) => first + index * step)
}
