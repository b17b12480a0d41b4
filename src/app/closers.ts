import type { Logger } from '../kernel/logger.ts'

export interface Closers {
  /** What is opened is closed: last opened, first closed. */
  add(name: string, close: () => Promise<void> | void): void
  closeAll(): Promise<void>
}

/** One that fails to close is logged, and the others are closed all the same. */
export function createClosers(log: Logger): Closers {
  const stack: { readonly name: string; readonly close: () => Promise<void> | void }[] = []
  return {
    add: (name, close) => {
      stack.push({ name, close })
    },
    closeAll: async () => {
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        try {
          await next.close()
        } catch (error) {
          log.error({ error, part: next.name }, 'a part did not close cleanly')
        }
      }
    },
  }
}
