import { describe, expect, it } from '@jest/globals'
import { chartOf } from '../../../src/summaries/picture/chart-of.ts'
import type { IncidentPicture } from '../../../src/summaries/picture/incident-picture.ts'

const START = Date.parse('2026-11-20T13:30:00Z') / 1000
function pictureOf(count: number, everySeconds = 30): IncidentPicture {
  return {
    ...{ title: 'INC-1 <!channel>', subtitle: 'x', unit: '', limit: null, quietSince: null },
    points: Array.from({ length: count }, (_, index) => [START + index * everySeconds, index] as const),
    onsetAt: new Date('2026-11-20T14:02:00Z'),
    suspects: [{ letter: 'A', at: new Date('2026-11-20T13:57:00Z'), text: 'deploy of <!here>' }],
  }
}

describe('the chart of an incident', () => {
  it('has twenty points at most, each with a label of its own, onset and suspects among them', () => {
    const chart = chartOf('INC-1', pictureOf(120))!
    const labels = chart.points.map(({ label }) => label)

    expect(labels.length).toBeLessThanOrEqual(20)
    expect(new Set(labels).size).toBe(labels.length)
    expect(labels.every((label) => label.length <= 20)).toBe(true)
    expect(labels).toEqual(expect.arrayContaining(['14:02 UTC onset', '13:57 UTC A']))
    expect(chart.points.map(({ value }) => value)).toEqual(
      chart.points.map(({ value }) => value).toSorted((left, right) => left - right),
    )
    expect(JSON.stringify(chart)).not.toContain('<!')
  })

  it('is none of a single moment', () => {
    const [first] = pictureOf(1).points
    const one = { ...pictureOf(2, 0.001), points: [first!, first!], suspects: [] }

    expect(chartOf('INC-1', one)).toBeNull()
  })
})
