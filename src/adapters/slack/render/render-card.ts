import { INPUTS_ACTION } from './action-ids.ts'
import { MOST_CARD_BLOCKS } from '../../shared/card/card-room.ts'
import { describeCard, layOutCard } from '../../shared/card/lay-out-card.ts'
import { fallbackText } from './fallback-text.ts'
import { plainText } from './form-fields.ts'
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
    draw: (part) => withInputs(toBlocks(part), view),
    fits: (drawn) => drawn.length <= MOST_CARD_BLOCKS && JSON.stringify(drawn).length <= limit,
    hasButtons: options.hasButtons,
  })
  return { text: fallbackText(describeCard(view)), blocks: [...blocks] }
}

/** Other inputs are filled in a form; what they make is another proposal, so this press decides nothing. */
function withInputs(blocks: readonly types.KnownBlock[], { proposal }: IncidentView): readonly types.KnownBlock[] {
  if (proposal?.state !== 'pending' || !proposal.asksInputs) return blocks
  const change: types.Button = {
    type: 'button',
    action_id: INPUTS_ACTION,
    text: plainText('Change inputs'),
    value: proposal.id,
  }
  return blocks.map((block) => (block.type === 'actions' ? { ...block, elements: [...block.elements, change] } : block))
}
