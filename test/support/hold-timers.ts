import type { StartTimer } from '../../src/kernel/start-timer.ts'

/** Time passes when the test says so: then all that waits for it is over. */
export function holdTimers(): { readonly startTimer: StartTimer; readonly passTime: () => void } {
  const waiting = new Set<() => void>()
  return {
    startTimer: (_ms, whenOver) => {
      waiting.add(whenOver)
      return () => waiting.delete(whenOver)
    },
    passTime: () => {
      for (const whenOver of [...waiting]) {
        waiting.delete(whenOver)
        whenOver()
      }
    },
  }
}
