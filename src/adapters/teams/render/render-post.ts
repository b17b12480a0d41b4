import { adaptiveCard, messageOf } from './render-card.ts'
import { richText, section, text } from '../../shared/card/card-text.ts'
import { toContainer } from './card-elements.ts'
import { visibleWithin } from '../../shared/card/visible-text.ts'
import type { TeamsMessage } from './render-card.ts'

const LONGEST_POST = 8_000

/** A post in a thread or to one person: the words as they are, and nothing that acts. */
export function renderPost(words: string): TeamsMessage {
  const visible = visibleWithin(words, LONGEST_POST)
  return messageOf(visible, adaptiveCard([toContainer(richText(section(text(visible))))], []))
}
