/** A number in [0, 1) that depends on nothing but the seed, the words and the moment: the same world every time. */
export function noise(seed: number, words: string, moment: number): number {
  let hash = (seed ^ baseOf(words)) >>> 0
  hash = Math.imul(hash ^ moment, 0x01000193) >>> 0
  // The last steps of MurmurHash3: neighbouring moments must not give neighbouring numbers.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
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
