import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isDrawable, valueScale } from '../../../src/kernel/value-scale.ts'

describe('the axis of a picture', () => {
  it.each([
    [
      [0, 0.341],
      [0, 0.1, 0.2, 0.3, 0.4],
    ],
    [
      [3, 97],
      [0, 50, 100],
    ],
    [
      [-3, 2],
      [-4, -2, 0, 2, 4],
    ],
    [
      [0, 0],
      [0, 1],
    ],
    [[], [0, 1]],
  ])('of %j has the values %j', (values, ticks) => {
    expect(valueScale(values).ticks.map((tick) => Number(tick.toPrecision(6)))).toEqual(ticks)
  })

  it('holds zero and every value, with a few rising steps, whatever is measured', () => {
    const drawable = fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isDrawable)
    fc.assert(
      fc.property(fc.array(drawable, { maxLength: 50 }), (values) => {
        const { low, high, ticks } = valueScale(values)

        // No picture is so high that anybody sees this.
        const unseen = (high - low) * 1e-9
        expect(low - unseen).toBeLessThanOrEqual(Math.min(0, ...values))
        expect(high + unseen).toBeGreaterThanOrEqual(Math.max(0, ...values))
        expect(high).toBeGreaterThan(low)
        expect(ticks.length).toBeGreaterThan(1)
        expect(ticks.length).toBeLessThanOrEqual(7)
      }),
    )
  })

  it('is none for the largest numbers, which nobody draws', () => {
    expect([Number.MAX_VALUE, Number.NaN, Infinity].map(isDrawable)).toEqual([false, false, false])
    expect(() => valueScale([Number.MAX_VALUE])).toThrow(RangeError)
  })
})
