/** A number in [0, 1) that depends on nothing but the seed, the words and the moment: the same world every time. */
export function noise(seed: number, words: string, moment: number): number {
  // Scattered before the moment comes in: else neighbouring seeds tell the same numbers at swapped moments.
  return scatter(scatter(seed ^ baseOf(words)) ^ moment) / 2 ** 32
}

/** The last steps of MurmurHash3: neighbouring numbers become numbers that have nothing to do with each other. */
function scatter(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const known = new Map<string, number>()

function baseOf(words: string): number {
  const found = known.get(words)
  if (found !== undefined) return found
  let hash = 0x811c9dc5
  for (const character of words) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  known.set(words, hash)
  return hash
}
