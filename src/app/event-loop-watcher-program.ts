import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

/** See `watchEventLoop`: ends the process after so many looks in a row at which the main thread had not moved. */
const { turns, everyMs, ticks } = workerData as {
  readonly turns: Int32Array
  readonly everyMs: number
  readonly ticks: number
}
const STDERR = 2
let seen = Atomics.load(turns, 0)
let still = 0

setInterval(() => {
  const now = Atomics.load(turns, 0)
  still = now === seen ? still + 1 : 0
  seen = now
  if (still < ticks) return
  // The logger belongs to the thread that stands still.
  const msg = 'the event loop stood still: the process ends itself, so that its work goes on elsewhere'
  writeSync(STDERR, `${JSON.stringify({ level: 'error', seconds: (ticks * everyMs) / 1000, msg })}\n`)
  process.kill(process.pid, 'SIGKILL')
}, everyMs)
