/** Of the four that Node has for files and names of hosts: one stays free whatever hangs. */
const MOST = 3

/**
 * Calls to folders that may never end take one thread each until they do. Whoever comes when none is left waits for one,
 * until its signal fires; then it was never begun.
 */
export class FileThreads {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(most = MOST) {
    this.#free = most
  }

  async run<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    while (this.#free === 0) await this.#freed(signal)
    signal.throwIfAborted()
    this.#free -= 1
    try {
      return await work()
    } finally {
      this.#free += 1
      for (const go of [...this.#waiting]) go()
    }
  }

  #freed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(go)
        signal.removeEventListener('abort', stop)
      }
      const go = (): void => {
        end()
        resolve()
      }
      const stop = (): void => {
        end()
        reject(new Error('No thread became free for it.'))
      }
      this.#waiting.add(go)
      signal.addEventListener('abort', stop, { once: true })
    })
  }
}
