import { describe, expect, it } from '@jest/globals'
import { JobGate } from '../../../src/store/job-gate.ts'
import { holdTimers } from '../../support/hold-timers.ts'

const NEVER = new AbortController().signal

function openGate() {
  const { startTimer, passTime } = holdTimers()
  const gate = new JobGate(startTimer)
  return { gate, passTime }
}

/** What the job came to, once all that can happen without time has happened. */
async function isIn(entering: Promise<unknown>): Promise<boolean> {
  let entered = false
  entering.then(
    () => (entered = true),
    () => undefined,
  )
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  return entered
}

describe('a suspect', () => {
  it('works alone, and the others after it', async () => {
    const { gate } = openGate()
    const first = await gate.enter(false, NEVER)
    const suspect = gate.enter(true, NEVER)
    const other = gate.enter(false, NEVER)
    expect(await isIn(suspect)).toBe(false)

    first()
    expect(await isIn(suspect)).toBe(true)
    expect(await isIn(other)).toBe(false)
    ;(await suspect)()

    expect(await isIn(other)).toBe(true)
  })

  it('that takes long is waited for no longer, and the next one waits for it all the same', async () => {
    const { gate, passTime } = openGate()
    const suspect = await gate.enter(true, NEVER)
    const other = gate.enter(false, NEVER)
    const second = gate.enter(true, NEVER)
    expect(await isIn(other)).toBe(false)

    passTime()

    expect(await isIn(other)).toBe(true)
    ;(await other)()
    expect(await isIn(second)).toBe(false)
    suspect()
    expect(await isIn(second)).toBe(true)
  })

  it('is waited for as long as no time passes (the twin)', async () => {
    const { gate } = openGate()
    await gate.enter(true, NEVER)

    expect(await isIn(gate.enter(false, NEVER))).toBe(false)
  })
})

describe('a job that never ends', () => {
  it('is out of the way once the engine has taken it back, while it works and while it waits', async () => {
    const { gate } = openGate()
    const [hanging, waiting] = [new AbortController(), new AbortController()]
    const leave = await gate.enter(false, hanging.signal)
    const retried = gate.enter(true, waiting.signal)
    const other = gate.enter(false, NEVER)
    expect(await isIn(other)).toBe(false)

    waiting.abort()
    await expect(retried).rejects.toThrow('taken back')
    expect(await isIn(other)).toBe(true)
    ;(await other)()
    hanging.abort()

    expect(await isIn(gate.enter(true, NEVER))).toBe(true)
    leave()
  })

  it('keeps a suspect and all behind it outside for ever where nobody takes it back (the twin)', async () => {
    const { gate, passTime } = openGate()
    await gate.enter(false, NEVER)
    const retried = gate.enter(true, NEVER)
    const other = gate.enter(false, NEVER)

    passTime()

    expect([await isIn(retried), await isIn(other)]).toEqual([false, false])
  })

  it('counts once, however often it leaves', async () => {
    const { gate } = openGate()
    const hanging = new AbortController()
    const leave = await gate.enter(false, hanging.signal)
    await gate.enter(false, NEVER)

    hanging.abort()
    leave()

    expect(await isIn(gate.enter(true, NEVER))).toBe(false)
  })
})
