/** What a job does to the process that works on it. */
export const POISONS = ['kill', 'throw', 'loop', 'hang'] as const

const NEVER = new Int32Array(new SharedArrayBuffer(4))

export async function poison(kind: unknown): Promise<void> {
  if (kind === 'throw') throw new Error('this one cannot be done')
  if (kind === 'hang') await new Promise(() => undefined)
  if (kind === 'kill') {
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => undefined)
  }
  // The other jobs of this process have got somewhere by then, and stand still with it: the thread of its event loop is
  // held, in a loop that leaves the processor to others.
  if (kind === 'loop') for (;;) Atomics.wait(NEVER, 0, 0, 60_000)
}
