import { AsyncLocalStorage } from 'node:async_hooks'

export interface HushedConsole {
  run<Result>(work: () => Promise<Result>): Promise<Result>
  close(): void
}

/**
 * botbuilder prints every token it refuses to the console, beside our log and past its redaction: whoever sends forged
 * requests would write there. Only what `run` does is silent; the refusal itself is counted and on the audit log.
 */
export function hushConsole(): HushedConsole {
  const inside = new AsyncLocalStorage<true>()
  const { console: shared } = globalThis
  const spoken = Reflect.get(shared, 'error') as (...words: unknown[]) => void
  const hushed = (...words: unknown[]) => {
    if (inside.getStore() === undefined) spoken.apply(shared, words)
  }
  shared.error = hushed
  return {
    run: (work) => inside.run(true, work),
    close: () => {
      if (shared.error === hushed) shared.error = spoken
    },
  }
}
