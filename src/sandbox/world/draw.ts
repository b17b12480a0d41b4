import { noise } from './noise.ts'

/** Random choices that depend on nothing but the seed and the order they are made in. */
export interface Draw {
  between(low: number, high: number): number
  /** Both ends included. */
  whole(low: number, high: number): number
  chance(probability: number): boolean
  shuffle<T>(items: readonly T[]): readonly T[]
}

export function createDraw(seed: number, words: string): Draw {
  let count = 0
  const next = (): number => noise(seed, words, (count += 1))
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    between: (low, high) => low + next() * (high - low),
    whole,
    chance: (probability) => next() < probability,
    // Fisher and Yates.
    shuffle: (items) => {
      const left = [...items]
      return items.flatMap(() => left.splice(whole(0, left.length - 1), 1))
    },
  }
}
