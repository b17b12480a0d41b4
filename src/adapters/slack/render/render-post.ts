import { fallbackText } from './fallback-text.ts'
import { richText, section, text } from '../../shared/card/card-text.ts'
import { toRichText } from './to-blocks.ts'
import { visibleWithin } from '../../shared/card/visible-text.ts'
import type { SlackMessage } from './render-card.ts'

const LONGEST_POST = 8_000

/** A post in a thread or to one person: the words as they are, and nothing that acts. */
export function renderPost(words: string): SlackMessage {
  const visible = visibleWithin(words, LONGEST_POST)
  return { text: fallbackText(visible), blocks: [...toRichText(richText(section(text(visible))))] }
}
