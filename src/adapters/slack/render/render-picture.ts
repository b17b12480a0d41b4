import { fallbackText } from './fallback-text.ts'
import { plainText } from './form-fields.ts'
import { visibleWithin } from '../../shared/card/visible-text.ts'
import type { PostedPicture } from '../../../ports/chat-surface.ts'
import type { SlackMessage } from './render-card.ts'

const LONGEST_ALTERNATIVE = 2_000
const LONGEST_TITLE = 2_000

/** A picture that was uploaded; its words are the text of the message and the alternative of the picture. */
export function renderPicture({ title, words }: PostedPicture, file: string): SlackMessage {
  return {
    text: fallbackText(words),
    blocks: [
      {
        type: 'image',
        slack_file: { id: file },
        title: plainText(visibleWithin(title, LONGEST_TITLE)),
        alt_text: visibleWithin(words, LONGEST_ALTERNATIVE),
      },
    ],
  }
}
