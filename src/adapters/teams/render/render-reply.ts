import { MOST_CARD_BYTES, adaptiveCard, messageOf, renderCardBody, sizeOf } from './render-card.ts'
import { describeReply, layOutReply } from '../../shared/card/lay-out-reply.ts'
import { toContainer } from './card-elements.ts'
import { visibleText } from '../../shared/card/visible-text.ts'
import type { Reply } from '../../../orchestrator/index.ts'
import type { TeamsMessage } from './render-card.ts'

/** The answer to one request, for the asker alone or for all; a card in it has no buttons. */
export function renderReply(reply: Reply): TeamsMessage {
  const texts = layOutReply(reply, (command) => command).map(toContainer)
  const used = sizeOf(adaptiveCard(texts, []))
  const card = reply.card === null ? [] : renderCardBody(reply.card, MOST_CARD_BYTES - used)
  return messageOf(describeReply(reply), adaptiveCard([...texts, ...card], []))
}

const LONGEST_LINE = 1_000
const JOINER = '\u2060'

/**
 * The answer to a press, as the line that Teams shows the presser alone. It is the one bare string that Teams is given:
 * what could begin mark-up becomes its look-alike, and no address in it is taken for a link.
 */
export function renderLine(reply: Reply): string {
  return visibleText(describeReply(reply), LONGEST_LINE)
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    .replace(/[*_`~#|\\]/g, (mark) => LOOKS_LIKE[mark] ?? ' ')
    .replaceAll('://', `:${JOINER}//`)
    .replace(/www\./gi, (start) => `${start.slice(0, 3)}${JOINER}.`)
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '*': '∗',
  _: '＿',
  '`': 'ˋ',
  '~': '∼',
  '#': '＃',
  '|': '∣',
  '\\': '∖',
}
