import { oneLineText } from '../kernel/clean-text.ts'
import type { SummarySentence } from '../domain/incident-view.ts'

/** One thing that a text has to say, in several lengths. */
export interface WordedPart {
  /** The shortest first; null where it has nothing to say unless there is room. */
  readonly forms: readonly [SummarySentence | null, ...(SummarySentence | null)[]]
  /** Which of the forms it is meant to have. */
  readonly usual: number
}

/** Parts with the form each of them has now. */
interface Fitted {
  readonly part: WordedPart
  readonly form: number
}

const MARK = '(truncated)'

/** Words as a reader meets them: what stands between spaces, and holds a letter or a digit. */
export function countWords(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** Every part in its usual form, or as much shorter as it takes to stay within `most` words, the first part first. */
export function tightenTo(parts: readonly WordedPart[], most: number): readonly Fitted[] {
  const fitted = parts.map((part) => ({ part, form: part.usual }))
  for (const one of fitted) {
    while (one.form > 0 && wordsOf(fitted) > most) one.form -= 1
  }
  return fitted
}

/** In this order, each as long as `left` more words allow. */
export function widenBy(fitted: readonly Fitted[], left: number, order: readonly WordedPart[]): readonly Fitted[] {
  const wide = fitted.map((one) => ({ ...one }))
  const most = wordsOf(fitted) + left
  for (const one of order.flatMap((part) => wide.filter((each) => each.part === part))) {
    const narrow = one.form
    one.form = one.part.forms.length - 1
    while (one.form > narrow && wordsOf(wide) > most) one.form -= 1
  }
  return wide
}

export function wordsOf(fitted: readonly Fitted[]): number {
  return fitted.reduce((sum, one) => sum + countWords(sentenceOf(one)?.text ?? ''), 0)
}

export function sentenceOf({ part, form }: Fitted): SummarySentence | null {
  return part.forms[form] ?? null
}

/**
 * The first words, and said so where more were there; the mark is one of the `most`. A number at the cut goes as well:
 * without the unit or the denial behind it it would be another one.
 */
export function cutWords(text: string, most: number): string {
  if (countWords(text) <= most) return text
  const words = text.split(/\s+/u)
  let end = words.findIndex((_word, index) => countWords(words.slice(0, index + 1).join(' ')) >= most)
  while (end > 1 && isNumber(words[end - 1])) end -= 1
  return end < 1 ? MARK : `${words.slice(0, end).join(' ')} ${MARK}`
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && (/^\P{L}*\p{N}/u.test(word) || !/[\p{L}\p{N}]/u.test(word))
}

/**
 * A name from outside in one line. A cut one ends in three dots, so that it is not taken for another that begins alike;
 * one of several words stands in quotation marks, so that it is not taken for what we say.
 */
export function nameText(name: string, mostWords: number, longest = 63): string {
  const clean = oneLineText(name, Number.MAX_SAFE_INTEGER).replace(UNSEEN, '').replaceAll('"', "'")
  const words = clean.split(/\s+/u)
  const kept = words.slice(0, mostWords).join(' ')
  const isShort = kept.length <= longest && words.length <= mostWords
  const shown = isShort ? kept : `${cutBetweenCharacters(kept, longest - 1)}…`
  return words.length > 1 ? `"${shown}"` : shown
}

const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu

function cutBetweenCharacters(text: string, longest: number): string {
  return text
    .slice(0, longest)
    .toWellFormed()
    .replace(/\uFFFD$/u, '')
}
