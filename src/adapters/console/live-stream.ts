import type { Signals } from '../../ports/signals.ts'

const HEARTBEAT_MS = 15_000
/** A signal may be lost with the process that was to give it: after so many quiet beats the page is asked for anyway. */
const QUIET_BEATS = 4
/** A burst of changes is one: the page is asked for again as a whole. */
const QUIET_MS = 150

/** Server-sent events: `changed` whenever the incident (or any, when null) changes; a comment keeps the line open. */
export async function* liveStream(
  signals: Signals,
  incidentId: string | null,
  signal: AbortSignal,
  beatMs = HEARTBEAT_MS,
): AsyncGenerator<string, void, undefined> {
  const state: { hasChanged: boolean; wake: () => void } = { hasChanged: false, wake: () => undefined }
  const isEnding = (): boolean => signal.aborted
  const stop = signals.listen('incident', (changed) => {
    // An empty payload says that signals may have been lost meanwhile.
    if (incidentId !== null && changed !== '' && changed !== incidentId) return
    state.hasChanged = true
    state.wake()
  })
  const onAbort = (): void => {
    state.wake()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    yield 'retry: 2000\n\n'
    let quietBeats = 0
    while (!isEnding()) {
      if (!state.hasChanged) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, beatMs)
          state.wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      if (isEnding()) return
      quietBeats = state.hasChanged ? 0 : (quietBeats + 1) % QUIET_BEATS
      if (!state.hasChanged && quietBeats > 0) {
        yield ': still here\n\n'
        continue
      }
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
      state.hasChanged = false
      yield 'event: changed\ndata: {}\n\n'
    }
  } finally {
    stop()
    signal.removeEventListener('abort', onAbort)
  }
}
