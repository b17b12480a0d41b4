const REPLACEMENT = '\uFFFD'
const TRUNCATED = ' (truncated)'

/** What hides, reorders or controls: also the block of tags, of which Unicode names only some as format characters. */
export const HIDDEN_CHARACTERS = /[\p{Cc}\p{Cf}\u{E0000}-\u{E007F}]/gu

/**
 * Text from outside as Postgres can hold it: U+0000 and lone surrogates become U+FFFD. Nothing else is changed; the
 * exact bytes stay in the delivery.
 */
export function storableText(text: string): string {
  const wellFormed = text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', REPLACEMENT) : wellFormed
}

/**
 * Text from outside for one line of a title or a timeline: white space in one space, no control characters, nothing
 * that reorders or hides what stands there (bidirectional controls, zero-width and tag characters), cut at `maxLength`.
 */
export function oneLineText(text: string, maxLength: number): string {
  const visible = storableText(text)
    .replace(/[\s\u0085\u2028\u2029]+/gu, ' ')
    .replace(HIDDEN_CHARACTERS, '')
    .trim()
  return truncateText(visible, maxLength)
}

/**
 * Cut between characters, never inside a surrogate pair, and said so. A word that is cut ends in three dots: without them
 * `checkout-canary` would read as `checkout`, and `14:02` as `14:0`.
 */
export function truncateText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const end = Math.max(0, maxLength - TRUNCATED.length)
  const isInWord = /^\S\S$/u.test(text.slice(end - 1, end + 1))
  return isInWord ? `${firstCharacters(text, end - 1)}…${TRUNCATED}` : `${firstCharacters(text, end)}${TRUNCATED}`
}

function firstCharacters(text: string, end: number): string {
  return text
    .slice(0, Math.max(0, end))
    .toWellFormed()
    .replace(/\uFFFD$/u, '')
}
