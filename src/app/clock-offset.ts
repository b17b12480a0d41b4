/** How far the database's clock is ahead of this process's, in milliseconds, as last measured. */
export interface ClockOffset {
  readonly ms: number | undefined
  note(ms: number): void
}

export function createClockOffset(): ClockOffset {
  let last: number | undefined
  return {
    get ms() {
      return last
    },
    note: (ms) => {
      last = ms
    },
  }
}
