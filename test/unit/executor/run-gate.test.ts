import { describe, expect, it } from '@jest/globals'
import { RunGate } from '../../../src/orchestrator/run-gate.ts'
import { holdTimers } from '../../support/hold-timers.ts'

const NEVER = new AbortController().signal

function openGate() {
  const { startTimer: hold, passTime } = holdTimers()
  /** How long it was that was waited for last. */
  let askedMs = 0
  const startTimer: typeof hold = (ms, whenOver) => {
    askedMs = ms
    return hold(ms, whenOver)
  }
  const gate = new RunGate(startTimer)
  const enter = async () => {
    const turn = await gate.enter(NEVER)
    if (turn === undefined) throw new Error('Nobody asked it to stop.')
    return turn
  }
  return { gate, enter, passTime, askedMs: () => askedMs }
}

/** What it came to, once all that can happen without time has happened. */
async function isThere(coming: Promise<unknown>): Promise<boolean> {
  let isHere = false
  void coming.then(() => (isHere = true))
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  return isHere
}

describe('a run whose next crash would set it aside', () => {
  it('is alone when the others were given back, and they go on when it is over', async () => {
    const { enter } = openGate()
    const [suspect, other] = [await enter(), await enter()]

    const alone = suspect.becomeAlone('RUN-1', null)
    const next = enter()
    expect(other.giveBack.aborted).toBe(true)
    expect([await isThere(alone), await isThere(next)]).toEqual([false, false])
    other.leave()
    expect([await isThere(alone), await isThere(next)]).toEqual([true, false])
    suspect.leave()

    expect(await isThere(next)).toBe(true)
    expect((await next).giveBack.aborted).toBe(false)
  })

  it('waits until another one was, holding nothing', async () => {
    const { enter } = openGate()
    const [first, second] = [await enter(), await enter()]

    const alone = first.becomeAlone('RUN-1', null)
    expect(await second.becomeAlone('RUN-2', null)).toBe(false)
    second.leave()

    expect(await alone).toBe(true)
  })

  it('is alone for a while only, and not once more in the same process', async () => {
    const { enter, passTime } = openGate()
    const suspect = await enter()
    await suspect.becomeAlone('RUN-1', null)
    const next = enter()

    passTime()
    expect(await isThere(next)).toBe(true)
    suspect.leave()
    const again = await enter()

    expect(await again.becomeAlone('RUN-1', null)).toBe(true)
    expect((await next).giveBack.aborted).toBe(false)
  })

  it.each([
    ['ten seconds where it never crashed later', null, 10_000],
    ['ten seconds where it crashed sooner', 300, 10_000],
    ['as long as the try that crashed', 45_000, 45_000],
    ['two minutes at most', 1_800_000, 120_000],
  ])('is alone for %s', async (_words, lastedMs, forMs) => {
    const { enter, askedMs } = openGate()
    await (await enter()).becomeAlone('RUN-1', lastedMs)

    expect(askedMs()).toBe(forMs)
  })

  it('begins beside a call that does not end, when that takes too long', async () => {
    const { enter, passTime } = openGate()
    const suspect = await enter()
    await enter()
    const alone = suspect.becomeAlone('RUN-1', null)
    expect(await isThere(alone)).toBe(false)

    passTime()

    expect(await isThere(alone)).toBe(true)
  })
})

it('nobody waits in a process that stops', async () => {
  const { gate, enter } = openGate()
  await (await enter()).becomeAlone('RUN-1', null)
  const stop = new AbortController()
  const entering = gate.enter(stop.signal)

  stop.abort()

  expect(await entering).toBeUndefined()
})
