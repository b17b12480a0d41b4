import { oneLineText, storableText, truncateText } from '../../../kernel/clean-text.ts'

/** Characters that take no room and may hide or join what stands beside them. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu

/** Text for one line: nothing in it reorders, hides or breaks what stands there. */
export function visibleLine(text: string, maxLength: number): string {
  return truncateText(oneLineText(text, Number.MAX_SAFE_INTEGER).replace(UNSEEN, ''), maxLength)
}

/** The same for text of several lines, which stay. */
export function visibleText(text: string, maxLength: number): string {
  const lines = storableText(text)
    .slice(0, maxLength * 4)
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/u)
    .map((line) =>
      line
        .replaceAll('\t', '    ')
        .replace(/[\p{Cc}\p{Cf}\u{E0000}-\u{E007F}]/gu, '')
        .replace(UNSEEN, ''),
    )
  return truncateText(lines.join('\n').trimEnd(), maxLength)
}
