import type { Signals } from '../../ports/signals.ts'

const HEARTBEAT_MS = 15_000
/** A burst of changes is one: the page is asked for again as a whole. */
const QUIET_MS = 150

/** Server-sent events: `changed` whenever the incident (or any, when null) changes; a comment keeps the line open. */
export async function* liveStream(
  signals: Signals,
  incidentId: string | null,
  signal: AbortSignal,
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
    while (!isEnding()) {
      if (!state.hasChanged) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, HEARTBEAT_MS)
          state.wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      if (isEnding()) return
      if (!state.hasChanged) {
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
