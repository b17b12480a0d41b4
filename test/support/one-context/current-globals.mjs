const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS')
const TEST_TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL')
const STATE_OF_CIRCUS = 'JEST_STATE_SYMBOL'

let current

/** describe, it, expect and the others of the file that is loaded or running. */
export function currentGlobals() {
  if (current === undefined) throw new Error('@jest/globals is for test files: run this with npm test')
  return current
}

export function provideGlobals(globals) {
  current = globals
}

/** What circus gives, and of `jest` what a file without module mocks can use. */
export function globalsOf(circus, { moduleMocker, fakeTimersModern }) {
  const jest = {
    fn: moduleMocker.fn.bind(moduleMocker),
    spyOn: moduleMocker.spyOn.bind(moduleMocker),
    restoreAllMocks: () => chain(moduleMocker.restoreAllMocks()),
    setTimeout: (ms) => chain((globalThis[TEST_TIMEOUT] = ms)),
    useFakeTimers: (options) => chain(fakeTimersModern.useFakeTimers(options)),
    useRealTimers: () => chain(fakeTimersModern.useRealTimers()),
    advanceTimersByTime: (ms) => fakeTimersModern.advanceTimersByTime(ms),
    advanceTimersByTimeAsync: (ms) => fakeTimersModern.advanceTimersByTimeAsync(ms),
  }
  const chain = () => jest
  return { ...circus, jest }
}

/** The tree of tests and the listeners of a file, which circus keeps on the global object. */
export function forgetTestFile() {
  current = undefined
  delete globalThis[EVENT_HANDLERS]
  delete globalThis[TEST_TIMEOUT]
  for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
    if (symbol.description === STATE_OF_CIRCUS) delete globalThis[symbol]
  }
}
