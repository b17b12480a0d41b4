import { MOST_CARD_CHARACTERS, renderCard } from './render-card.ts'
import { describeReply, layOutReply } from '../../shared/card/lay-out-reply.ts'
import { fallbackText } from './fallback-text.ts'
import { toRichText } from './to-blocks.ts'
import type { Reply } from '../../../orchestrator/index.ts'
import type { SlackMessage } from './render-card.ts'
import type { types } from '@slack/bolt'

/** The answer to one request, for the asker alone or for all; a card in it has no buttons. */
export function renderReply(reply: Reply): SlackMessage {
  const blocks: types.KnownBlock[] = layOutReply(reply, (command) => `/incident ${command}`).flatMap(toRichText)
  const used = JSON.stringify(blocks).length
  const card =
    reply.card === null
      ? []
      : renderCard(reply.card, { hasButtons: false, maxCharacters: MOST_CARD_CHARACTERS - used }).blocks
  return { text: fallbackText(describeReply(reply)), blocks: [...blocks, ...card] }
}
