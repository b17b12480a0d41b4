import { describe, expect, it } from '@jest/globals'
import type { Checkpoint } from '../../../src/domain/audit-entry.ts'
import { CheckpointPlace } from '../../../src/store/checkpoint-place.ts'
import { FileThreads } from '../../../src/store/file-threads.ts'
import { holdTimers } from '../../support/hold-timers.ts'

const checkpointOf = (size: number): Checkpoint => ({
  origin: 'log',
  epoch: 1,
  size,
  root: '',
  chain: '',
  at: '',
  keyId: '',
  signature: '',
})

/** A folder whose calls end when the test says so. */
function openPlaces(count: number, threads = new FileThreads()) {
  const timers = holdTimers()
  const calls: (() => void)[] = []
  const call = () => new Promise<void>((resolve) => void calls.push(resolve))
  const log = { findLast: async () => checkpointOf(1), append: call }
  const places = Array.from(
    { length: count },
    (_, index) => new CheckpointPlace(`place ${String(index)}`, log, { threads, startTimer: timers.startTimer }),
  )
  return { places, calls, passTime: timers.passTime }
}

describe('a place of checkpoints whose write never ends', () => {
  it('is given up when its time is over, gets no second write meanwhile, and is free when it ends after all', async () => {
    const {
      places: [place],
      calls,
      passTime,
    } = openPlaces(1)
    const writing = place!.append(checkpointOf(2))
    expect(place!.isHanging).toBe(false)
    passTime()

    await expect(writing).rejects.toMatchObject({ code: 'checkpoint_place_hangs' })
    await expect(place!.append(checkpointOf(3))).rejects.toMatchObject({ code: 'checkpoint_place_hangs' })
    expect(place!.isHanging).toBe(true)
    expect(calls).toHaveLength(1)

    calls[0]!()
    await new Promise(setImmediate)
    expect(place!.isHanging).toBe(false)
    const again = place!.append(checkpointOf(4))
    await new Promise(setImmediate)
    calls[1]!()
    await again
  })

  it('says what it was given last while it hangs, and nothing where it never answered', async () => {
    const { places, passTime } = openPlaces(1)
    const [place] = places
    const writing = place!.append(checkpointOf(2))
    passTime()
    await expect(writing).rejects.toThrow()
    expect(await place!.findLast()).toEqual(checkpointOf(2))

    const silent = openPlaces(1)
    const asked = silent.places[0]!.ask(() => new Promise(() => undefined))
    silent.passTime()
    await expect(asked).rejects.toThrow()
    await expect(silent.places[0]!.findLast()).rejects.toMatchObject({ code: 'checkpoint_place_hangs' })
  })

  it('leaves a thread to all else, however many hang: whoever finds none is not begun, and is free again', async () => {
    const { places, calls, passTime } = openPlaces(4, new FileThreads(3))
    const writing = places.map((place) => place.append(checkpointOf(2)))
    const outcomes = Promise.allSettled(writing)
    await new Promise(setImmediate)
    expect(calls).toHaveLength(3)
    passTime()

    expect((await outcomes).map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect(places.map(({ isHanging }) => isHanging)).toEqual([true, true, true, false])
  })

  it('has the fourth wait for its turn where none hangs', async () => {
    const { places, calls } = openPlaces(4, new FileThreads(3))
    const writing = Promise.all(places.map((place) => place.append(checkpointOf(2))))
    await new Promise(setImmediate)
    for (const end of calls.slice(0, 3)) end()
    await new Promise(setImmediate)
    calls[3]!()

    await writing
  })
})
