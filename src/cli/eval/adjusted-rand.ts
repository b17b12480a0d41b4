/**
 * Agreement of two partitions of the same things, 1 for equal ones and about 0 for chance (Hubert and Arabie, 1985). Two
 * partitions in which nothing can differ agree.
 */
export function adjustedRand(left: readonly string[], right: readonly string[]): number {
  const together = countPairs(left.map((name, index) => JSON.stringify([name, right[index]])))
  const pairsLeft = countPairs(left)
  const pairsRight = countPairs(right)
  const all = pairs(left.length)
  const expected = all === 0 ? 0 : (pairsLeft * pairsRight) / all
  const most = (pairsLeft + pairsRight) / 2
  return most === expected ? 1 : (together - expected) / (most - expected)
}

function countPairs(names: readonly string[]): number {
  return [...Map.groupBy(names, (name) => name).values()].reduce((sum, same) => sum + pairs(same.length), 0)
}

function pairs(n: number): number {
  return (n * (n - 1)) / 2
}
