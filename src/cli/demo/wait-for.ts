import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../kernel/errors.ts'

class WaitedInVainError extends AppError {
  constructor(what: string, seconds: number) {
    super('waited_in_vain', `Waited ${seconds} s in vain for ${what}. Look at the log with LOG_LEVEL=info.`, false)
  }
}

const LOOK_EVERY_MS = 100

/** Looks again and again until there is something to see. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
  settings: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<T> {
  const giveUpAt = performance.now() + settings.seconds * 1000
  for (;;) {
    settings.signal.throwIfAborted()
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > giveUpAt) throw new WaitedInVainError(what, settings.seconds)
    await delay(LOOK_EVERY_MS, undefined, { signal: settings.signal })
  }
}
