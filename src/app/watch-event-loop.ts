import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const PROGRAM = fileURLToPath(new URL('event-loop-watcher-program.ts', import.meta.url))
/** Longer than anything we do at once, shorter than anybody should wait for a lease to run out. */
const LIMIT_MS = 30_000
const TICKS = 30

export interface EventLoopWatch {
  close(): Promise<void>
}

/**
 * Ends this process when its event loop stands still: work that never gives way (an endless loop) would else keep its
 * place for ever, with everything that this process holds, and no other guard of this process would ever run. A thread
 * of its own counts its own looks at which nothing had moved, not time: a process that was stopped or slept is not ended.
 * The service manager starts it again; what it worked on is tried again elsewhere, three times at most.
 */
export function watchEventLoop(limitMs = LIMIT_MS): EventLoopWatch {
  const turns = new Int32Array(new SharedArrayBuffer(4))
  const everyMs = limitMs / TICKS
  const sign = setInterval(() => Atomics.add(turns, 0, 1), everyMs)
  sign.unref()
  const watcher = new Worker(PROGRAM, { workerData: { turns, everyMs, ticks: TICKS } })
  watcher.unref()
  return {
    close: async () => {
      clearInterval(sign)
      await watcher.terminate()
    },
  }
}
