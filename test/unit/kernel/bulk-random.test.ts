import { describe, expect, it } from '@jest/globals'
import { bulkRandom } from '../../../src/kernel/bulk-random.ts'

/** Bytes that count on, so that each one handed out can be told from every other. */
function counting(): (size: number) => Uint8Array {
  let next = 0
  return (size) => Uint8Array.from({ length: size }, () => next++ % 251)
}

describe('random bytes in bulk', () => {
  it('are each handed out once, in the order drawn, whatever is asked for', () => {
    const random = bulkRandom(counting())
    const sizes = [...Array<number>(250).fill(16), 96]

    const given = sizes.flatMap((size) => [...random(size)])

    expect(given).toEqual([...counting()(4_096)])
  })

  it('come from the next draw when the rest is too short, and from the system when more is asked for than one holds', () => {
    const random = bulkRandom(counting())
    random(4_090)

    expect([...random(16)]).toEqual([...counting()(4_096 + 16).slice(4_096)])
    expect(random(5_000)).toHaveLength(5_000)
  })
})
