/** What a job does to the process that works on it. */
export const POISONS = ['kill', 'throw', 'loop'] as const

export async function poison(kind: unknown): Promise<void> {
  if (kind === 'throw') throw new Error('this one cannot be done')
  if (kind === 'kill') {
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => undefined)
  }
  // The other jobs of this process have got somewhere by then, and stand still with it.
  if (kind === 'loop') for (;;) Math.hypot(1, 1)
}
