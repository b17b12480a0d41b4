/** Milliseconds by the clock that all processes of a machine share and that never jumps. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
