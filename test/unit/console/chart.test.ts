import { describe, expect, it } from '@jest/globals'
import { renderChart } from '../../../src/adapters/console/render-chart.ts'
import { makePicture } from '../../support/make-picture.ts'
import { scaleOf } from '../../../src/summaries/picture/picture-scale.ts'

const chartOf = (points: readonly (readonly [number, number])[]) =>
  renderChart({ title: 'errors', unit: '', points, marks: [] }).text
const ticksIn = (chart: string) => [...chart.matchAll(/text-anchor="end">([-\d.]+)</g)].map(([, tick]) => Number(tick))

describe('a chart of the console', () => {
  it('has the same ends as the picture of the incident', () => {
    const picture = makePicture()
    const { low, high } = scaleOf(picture)
    const ticks = ticksIn(chartOf(picture.points))

    expect([ticks.at(0), ticks.at(-1)]).toEqual([low, high])
  })

  it('shows values below zero within its frame', () => {
    const chart = chartOf([
      [0, -3],
      [60, 2],
    ])

    expect(ticksIn(chart).at(0)).toBeLessThanOrEqual(-3)
    const heights = [...chart.matchAll(/[ML][\d.]+ (-?[\d.]+)/g)].map(([, y]) => Number(y))
    for (const height of heights) {
      expect(height).toBeGreaterThanOrEqual(10)
      expect(height).toBeLessThanOrEqual(138)
    }
  })

  it('is drawn of a line that never moves', () => {
    expect(
      chartOf([
        [0, 0],
        [60, 0],
      ]),
    ).not.toMatch(/NaN|Infinity/)
  })
})
