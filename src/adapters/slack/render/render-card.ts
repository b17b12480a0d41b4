import { MOST_CARD_BLOCKS } from '../../shared/card/card-room.ts'
import { describeCard, layOutCard } from '../../shared/card/lay-out-card.ts'
import { fallbackText } from './fallback-text.ts'
import { toBlocks } from './to-blocks.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'
import type { types } from '@slack/bolt'

/**
 * Slack's own limit on the size of all blocks is not documented; from about 13,200 characters of JSON on it answers
 * `msg_blocks_too_long`.
 */
export const MOST_CARD_CHARACTERS = 10_000

export interface SlackMessage {
  /** For notifications and screen readers. */
  readonly text: string
  readonly blocks: types.KnownBlock[]
}

export interface CardOptions {
  /** A card shown to one person alone has no buttons: only presses on the stored copy count. */
  readonly hasButtons: boolean
  readonly maxCharacters?: number
}

/** The one live card: at most 12 blocks and 10,000 characters, whatever the view holds. */
export function renderCard(view: IncidentView, options: CardOptions = { hasButtons: true }): SlackMessage {
  const limit = options.maxCharacters ?? MOST_CARD_CHARACTERS
  const blocks = layOutCard(view, {
    draw: toBlocks,
    fits: (drawn) => drawn.length <= MOST_CARD_BLOCKS && JSON.stringify(drawn).length <= limit,
    hasButtons: options.hasButtons,
  })
  return { text: fallbackText(describeCard(view)), blocks: [...blocks] }
}
