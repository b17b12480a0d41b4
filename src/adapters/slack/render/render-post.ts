import { LINK_ACTION } from './action-ids.ts'
import { fallbackText } from './fallback-text.ts'
import { plainText } from './form-fields.ts'
import { richText, section, text } from '../../shared/card/card-text.ts'
import { toRichText } from './to-blocks.ts'
import { visibleWithin } from '../../shared/card/visible-text.ts'
import type { SlackMessage } from './render-card.ts'
import type { types } from '@slack/bolt'

const LONGEST_POST = 8_000

/** A post in a thread or to one person: the words as they are. A button at most leads to the card, where presses count. */
export function renderPost(words: string, link: string | null = null): SlackMessage {
  const visible = visibleWithin(words, LONGEST_POST)
  const open = link === null ? [] : [openButton(link)]
  return { text: fallbackText(visible), blocks: [...toRichText(richText(section(text(visible)))), ...open] }
}

function openButton(url: string): types.ActionsBlock {
  const button = { type: 'button', action_id: LINK_ACTION, text: plainText('Open the card'), url } as const
  return { type: 'actions', elements: [button] }
}
