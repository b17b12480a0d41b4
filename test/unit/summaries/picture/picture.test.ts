import { describe, expect, it } from '@jest/globals'
import { describePicture } from '../../../../src/summaries/picture/describe-picture.ts'
import { drawPicture } from '../../../../src/summaries/picture/draw-picture.ts'
import { pictureOf } from '../../../../src/summaries/picture/incident-picture.ts'
import { scaleOf } from '../../../../src/summaries/picture/picture-scale.ts'
import {
  FROM_S,
  incidentOf,
  makePicture,
  metricPiece,
  PICTURE_ONSET,
  suspectAt,
  TO_S,
} from '../../../support/make-picture.ts'

const lines = (svg: string, kind: string) =>
  [...svg.matchAll(new RegExp(`<line class="${kind}" x1="([\\d.]+)" x2="([\\d.]+)" y1="([\\d.]+)"`, 'g'))].map(
    ([, x1, x2, y1]) => ({ x1: Number(x1), x2: Number(x2), y1: Number(y1) }),
  )
const wordsIn = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '')
const minutes = (count: number) => new Date(PICTURE_ONSET.getTime() + count * 60_000)

describe('where things stand', () => {
  it('puts the onset in the middle of an hour around it, and a change a fifth of it earlier there', () => {
    const svg = drawPicture(makePicture())
    const { left, right } = scaleOf(makePicture())

    const [onset] = lines(svg, 'onset')
    const [suspect] = lines(svg, 'suspect')

    expect(onset?.x1).toBeCloseTo((left + right) / 2, 0)
    expect(onset?.x2).toBe(onset?.x1)
    expect(suspect?.x1).toBeCloseTo(left + ((right - left) * 18) / 60, 0)
  })

  it('begins the values at zero and ends them above the highest', () => {
    const scale = scaleOf(makePicture())

    expect(scale.low).toBe(0)
    expect(scale.high).toBeGreaterThan(0.4)
    expect(scale.y(scale.low)).toBeGreaterThan(scale.y(0.4))
    expect(scale.ticks.every((tick, index) => index === 0 || tick > (scale.ticks[index - 1] ?? 0))).toBe(true)
  })

  it('shows values below zero, and a line that never moves', () => {
    const below = scaleOf(makePicture({}, { points: [[0, -3] as number[], [60, 2]] }))
    const flat = drawPicture(makePicture({}, { points: [[FROM_S, 0] as number[], [TO_S, 0]] }))

    expect(below.low).toBeLessThanOrEqual(-3)
    expect(flat).not.toMatch(/NaN|Infinity/)
  })

  it('leaves out the largest numbers, to which no axis reaches', () => {
    const minute = (index: number, value: number): number[] => [FROM_S + index * 60, value]
    const points = [minute(0, 1), minute(1, Number.MAX_VALUE), minute(2, -Number.MAX_VALUE), minute(3, 2)]

    expect(makePicture({}, { points }).points.map(([, value]) => value)).toEqual([1, 2])
    expect(() =>
      scaleOf({
        ...makePicture(),
        points: [
          [FROM_S, 1],
          [TO_S, Number.MAX_VALUE],
        ],
      }),
    ).toThrow(RangeError)
  })

  it('leaves a limit out that would press the series flat, and says it in words all the same', () => {
    const near = drawPicture(makePicture())
    const far = makePicture({}, { limit: '> 400' })

    expect(lines(near, 'limit')).toHaveLength(1)
    expect(lines(drawPicture(far), 'limit')).toHaveLength(0)
    expect(describePicture(far)).toContain('fires when it is > 400')
  })

  it('marks since when nothing fires any more, and says so', () => {
    const quiet = makePicture({ quietSince: minutes(20) })
    const [mark] = lines(drawPicture(quiet), 'quiet')

    expect(mark?.x1).toBeCloseTo(scaleOf(quiet).x(minutes(20).getTime() / 1000), 0)
    expect(wordsIn(drawPicture(quiet))).toContain('No alert fires any more since 14:22 UTC. Times are UTC.')
    expect(describePicture(quiet)).toContain('No alert fires any more since 14:22 UTC.')
    expect(lines(drawPicture(makePicture()), 'quiet')).toHaveLength(0)
    expect(describePicture(makePicture())).not.toContain('any more')
  })

  it('draws no mark outside the window, and the legend says that it is earlier', () => {
    const svg = drawPicture(makePicture({ suspects: [suspectAt('1', minutes(-90))] }))

    expect(lines(svg, 'suspect')).toHaveLength(0)
    expect(wordsIn(svg).some((text) => text.includes('(earlier than drawn)'))).toBe(true)
  })

  it('keeps the letters of changes at the same time apart', () => {
    const suspects = [-5, -5, -5].map((at, index) => suspectAt(String(index), minutes(at)))

    const heights = lines(drawPicture(makePicture({ suspects })), 'suspect').map(({ y1 }) => y1)

    expect(new Set(heights).size).toBe(3)
  })
})

describe('what is told without colour', () => {
  it('names the onset, each change by letter, and the newest value', () => {
    const texts = wordsIn(drawPicture(makePicture()))

    expect(texts).toEqual(expect.arrayContaining(['onset 14:02', 'A', 'now 0.4', 'alert when &gt; 0.05']))
    expect(texts).toContain('deploy of checkout to 9f3c2d1 at 13:50 UTC, 80 % likely')
  })

  it('says that no change is suspected, where none is', () => {
    const picture = makePicture({ suspects: [] })

    expect(wordsIn(drawPicture(picture)).join(' ')).toContain('No change is suspected.')
    expect(describePicture(picture)).toContain('No change is suspected.')
  })

  it('has the same in words: before, now, highest, onset and each change', () => {
    expect(describePicture(makePicture())).toBe(
      'INC-1 SEV2 checkout: 40 % of requests fail. What HighErrorRate measures, Prometheus, EV-3: 0.4 at 14:32 UTC, ' +
        'highest 0.4. Before the onset between 0.01 and 0.01. The alert fires when it is > 0.05. Onset at 14:02 UTC. ' +
        'Suspected: A: deploy of checkout to 9f3c2d1 at 13:50 UTC, 80 % likely.',
    )
  })
})

describe('hostile text', () => {
  const HOSTILE = `</text><script>alert(1)</script>"'&<image href="https://evil.example/x.png"/>\u202e\u0000<!channel>`

  it('stays text in every place, and nothing is fetched', () => {
    const svg = drawPicture(
      makePicture(
        {
          symptom: HOSTILE,
          service: HOSTILE,
          suspects: [{ ...suspectAt('1', minutes(-5), HOSTILE), service: HOSTILE }],
        },
        { alert: HOSTILE, unit: HOSTILE, limit: HOSTILE },
      ),
    )

    expect([...svg.matchAll(/<([a-z!/]+)/gi)].map(([, name]) => name)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/script|image|!|foreign|use|a$/i)]),
    )
    expect(svg).not.toMatch(/\p{Cc}|\p{Cf}/u)
    expect(svg.length).toBeLessThan(20_000)
  })
})

describe('which series', () => {
  it('is the alert’s own, then one of the failing service, and none of another', () => {
    const golden = { ...metricPiece({ alert: null, service: 'checkout', signal: 'errors' }), id: 'EV-9' }
    const other = { ...metricPiece({ alert: null, service: 'payments', signal: 'errors' }), id: 'EV-8' }

    expect(pictureOf(incidentOf(), [golden, metricPiece()])?.subtitle).toContain('EV-3')
    expect(pictureOf(incidentOf(), [other, golden])?.subtitle).toBe('errors of checkout, Prometheus, EV-9')
    expect(pictureOf(incidentOf(), [other])).toBeNull()
  })

  it('needs two points in time', () => {
    expect(pictureOf(incidentOf(), [metricPiece({ points: [[FROM_S, 1] as number[]] })])).toBeNull()
    expect(pictureOf(incidentOf(), [metricPiece({ points: 'none' })])).toBeNull()
    expect(pictureOf(incidentOf(), [])).toBeNull()
  })
})
