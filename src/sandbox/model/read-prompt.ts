export interface Piece {
  readonly id: string
  readonly text: string
}

export interface ReadPrompt {
  /** Blocks of evidence, closed or not. */
  readonly pieces: readonly Piece[]
  /**
   * Lines that stand in no block which is closed by its own mark, the product's own words left out: what a model takes
   * for said to it, and not for something that it is shown.
   */
  readonly outside: readonly string[]
}

const BLOCK =
  /<<<(?<kind>evidence|question) (?<id>\S+) (?<mark>[0-9a-f]{16})\n[^\n\r\u2028\u2029\u0085]*\n\k<mark> \k<id> \k<kind>>>>/g
const OPENED = /<<<evidence (?<id>\S+) \S+\n(?<text>[^\n]*)/g
const OWN_WORDS: readonly string[] = ['Evidence:']

/** A prompt as a model may read it that heeds the fences and nothing else. */
export function readPrompt(prompt: string): ReadPrompt {
  const pieces = [...prompt.matchAll(OPENED)].map(({ groups }) => ({
    id: groups?.['id'] ?? '',
    text: groups?.['text'] ?? '',
  }))
  const outside = prompt
    .replace(BLOCK, '')
    .split(/[\n\r\u2028\u2029\u0085]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !OWN_WORDS.includes(line))
  return { pieces, outside }
}
