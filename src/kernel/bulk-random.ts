import type { RandomBytes } from './ids.ts'

const AT_ONCE = 4_096

/** Draws from the system in bulk: one call each for a few bytes costs more than what most of them are for. */
export function bulkRandom(draw: RandomBytes): RandomBytes {
  let pool: Uint8Array = new Uint8Array()
  let used = 0
  return (size) => {
    if (size > AT_ONCE) return draw(size)
    if (used + size > pool.length) {
      pool = draw(AT_ONCE)
      used = 0
    }
    used += size
    return pool.subarray(used - size, used)
  }
}
