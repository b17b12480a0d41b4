/** Share with its 95 % interval by Wilson (1927), which stays within 0 and 1 also for few cases. */
export interface Share {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface RankScores {
  readonly n: number
  readonly hitRate1: Share
  readonly hitRate3: Share
  /** Mean rank of the right answer; an absent one counts as 10, as the published figures do. */
  readonly meanRank: number
}

const ABSENT_RANK = 10
/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964

/** `ranks`: the place of the right answer, from 1; undefined where it is not in the list. */
export function rankScores(ranks: readonly (number | undefined)[]): RankScores {
  const within = (limit: number) => ranks.filter((rank) => rank !== undefined && rank <= limit).length
  const sum = ranks.reduce<number>((total, rank) => total + (rank ?? ABSENT_RANK), 0)
  return {
    n: ranks.length,
    hitRate1: share(within(1), ranks.length),
    hitRate3: share(within(3), ranks.length),
    meanRank: ranks.length === 0 ? Number.NaN : sum / ranks.length,
  }
}

export function share(hits: number, n: number): Share {
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 }
  const value = hits / n
  const center = (value + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n)
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2))
  return { value, low: Math.max(0, center - half), high: Math.min(1, center + half) }
}

export function describeShare({ value, low, high }: Share): string {
  return `${value.toFixed(3)} (95 %: ${low.toFixed(2)} to ${high.toFixed(2)})`
}
