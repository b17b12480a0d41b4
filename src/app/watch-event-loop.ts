import { Worker } from 'node:worker_threads'

/** Longer than anything we do at once, shorter than anybody should wait for a lease to run out. */
const LIMIT_MS = 30_000
const TICKS = 30
/** The thread holds a counter and a timer: a full-sized young space for it would be memory that nobody uses. */
const SMALL = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 }

export interface EventLoopWatch {
  close(): Promise<void>
}

interface WatcherData {
  readonly turns: Int32Array
  readonly everyMs: number
  readonly ticks: number
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
  const workerData: WatcherData = { turns, everyMs, ticks: TICKS }
  // The function's own text, its types already gone: a file of TypeScript would load Node's compiler into the thread a
  // second time, 20 MB that the process would keep for its life. What the process was started with stays out of it too.
  const watcher = new Worker(`(${endWhenStill.toString()})()`, {
    eval: true,
    workerData,
    execArgv: [],
    resourceLimits: SMALL,
  })
  watcher.unref()
  return {
    close: async () => {
      clearInterval(sign)
      await watcher.terminate()
    },
  }
}

/** Runs in the thread, from its text: it sees nothing of this file. Ends the process after so many looks without a move. */
function endWhenStill(): void {
  const thread: { readonly workerData: unknown } = process.getBuiltinModule('node:worker_threads')
  const { writeSync } = process.getBuiltinModule('node:fs')
  const { turns, everyMs, ticks } = thread.workerData as WatcherData
  const stderr = 2
  let seen = Atomics.load(turns, 0)
  let still = 0
  setInterval(() => {
    const now = Atomics.load(turns, 0)
    still = now === seen ? still + 1 : 0
    seen = now
    if (still < ticks) return
    // The logger belongs to the thread that stands still.
    const msg = 'the event loop stood still: the process ends itself, so that its work goes on elsewhere'
    writeSync(stderr, `${JSON.stringify({ level: 'error', seconds: (ticks * everyMs) / 1000, msg })}\n`)
    process.kill(process.pid, 'SIGKILL')
  }, everyMs)
}
