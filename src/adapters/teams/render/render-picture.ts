import { adaptiveCard, messageOf } from './render-card.ts'
import { inert } from './card-elements.ts'
import { renderPost } from './render-post.ts'
import { visibleWithin } from '../../shared/card/visible-text.ts'
import type { PostedPicture } from '../../../ports/chat-surface.ts'
import type { TeamsMessage } from './render-card.ts'

/** A message of a bot may have about 100 KB, counted as UTF-16: half as many letters, and some for all the rest. */
const MOST_LETTERS = 36_000
const LONGEST_ALTERNATIVE = 2_000

/** The picture travels inside the card: no address outside is asked for it. One that is too large is told in words. */
export function renderPicture({ png, words }: PostedPicture): TeamsMessage {
  const url = png === null ? null : `data:image/png;base64,${Buffer.from(png).toString('base64')}`
  if (url === null || url.length > MOST_LETTERS) return renderPost(words)
  const altText = inert(visibleWithin(words, LONGEST_ALTERNATIVE))
  return messageOf(words, adaptiveCard([{ type: 'Image', url, altText, size: 'Stretch' }], []))
}
