import { fallbackText } from './fallback-text.ts'
import { richText, section, text } from './rich-text.ts'
import { visibleText } from './visible-text.ts'
import type { SlackMessage } from './render-card.ts'

/** Twice as many when every character needs an escape in JSON, which stays below what Slack takes. */
const LONGEST_POST = 4_000

/** A post in a thread or to one person: the words as they are, and nothing that acts. */
export function renderPost(words: string): SlackMessage {
  const visible = visibleText(words, LONGEST_POST)
  return { text: fallbackText(visible), blocks: [...richText(section(text(visible)))] }
}
