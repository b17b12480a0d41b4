import { valueScale } from '../../kernel/value-scale.ts'
import type { IncidentPicture } from './incident-picture.ts'

export const PICTURE_WIDTH = 800
const LEFT = 64
const RIGHT = 20
/** Below two lines of title and two rows of labels. */
export const PLOT_TOP = 104
export const PLOT_BOTTOM = 330
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

/** One below everything that is drawn has no room either. */
function isNear(limit: number, highest: number): boolean {
  return limit >= 0 && limit <= highest * FARTHEST_LIMIT
}

/** Where times and values stand. */
export function scaleOf({ points, limit }: IncidentPicture): PictureScale {
  const [from, to] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 1]
  const values = points.map(([, value]) => value)
  const highest = Math.max(0, ...values)
  const drawn = limit !== null && isNear(limit.value, highest) ? [limit.value] : []
  const { low, high, ticks } = valueScale([...values, ...drawn])
  const [left, right] = [LEFT, PICTURE_WIDTH - RIGHT]
  return {
    ...{ left, right, from, to, low, high, ticks },
    times: timesBetween(from, to),
    x: (seconds) => left + ((seconds - from) / (to - from)) * (right - left),
    y: (value) => PLOT_BOTTOM - ((value - low) / (high - low)) * (PLOT_BOTTOM - PLOT_TOP),
  }
}

const TIME_STEPS_S = [60, 300, 600, 900, 1_800, 3_600, 10_800, 21_600, 86_400]
const MOST_TIMES = 8

/** Whole minutes or hours, as on a clock. */
function timesBetween(from: number, to: number): readonly number[] {
  const step = TIME_STEPS_S.find((one) => (to - from) / one <= MOST_TIMES) ?? Math.ceil((to - from) / MOST_TIMES)
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_none, index) => first + index * step)
}
