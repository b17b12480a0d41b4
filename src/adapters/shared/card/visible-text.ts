import { HIDDEN_CHARACTERS, oneLineText, storableText, truncateText } from '../../../kernel/clean-text.ts'

/** Characters that take no room and may hide or join what stands beside them. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu

/** Text for one line: nothing in it reorders, hides or breaks what stands there. */
export function visibleLine(text: string, maxLength: number): string {
  return cleaned(text, maxLength, (part) => oneLineText(part, Number.MAX_SAFE_INTEGER).replace(UNSEEN, ''))
}

/** The same for text of several lines, which stay. */
export function visibleText(text: string, maxLength: number): string {
  return cleaned(text, maxLength, (part) => storableText(part).split(LINE_BREAK).map(cleanLine).join('\n').trimEnd())
}

/** The same, so short that it takes at most so many characters as JSON, where some take two. */
export function visibleWithin(text: string, jsonCharacters: number): string {
  const visible = visibleText(text, jsonCharacters)
  if (JSON.stringify(visible).length <= jsonCharacters) return visible
  return visibleText(text, Math.floor(jsonCharacters / 2) - 2)
}

const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/u

function cleanLine(line: string): string {
  return line.replaceAll('\t', '    ').replace(HIDDEN_CHARACTERS, '').replace(UNSEEN, '')
}

/** Megabytes of a log line are not looked through for the few words that are shown. */
function cleaned(text: string, maxLength: number, clean: (part: string) => string): string {
  const reach = maxLength * 4 + 200
  return text.length <= reach
    ? truncateText(clean(text), maxLength)
    : truncateText(`${clean(text.slice(0, reach))} (truncated)`, maxLength)
}
