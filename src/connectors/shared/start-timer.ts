import type { StartTimer } from '../../kernel/deadline.ts'

/** No process lives on for it. */
export const startTimer: StartTimer = (ms, whenOver) => {
  const timer = setTimeout(whenOver, ms)
  timer.unref()
  return () => {
    clearTimeout(timer)
  }
}
