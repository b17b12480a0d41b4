import { MOST_CARD_CHARACTERS } from './card-room.ts'
import { bold, bullets, code, preformatted, richText, section, text } from './rich-text.ts'
import { fallbackText } from './fallback-text.ts'
import { hashPrefix } from './card-proposal.ts'
import { renderCard } from './render-card.ts'
import { visibleLine, visibleText } from './visible-text.ts'
import type { Inline } from './rich-text.ts'
import type { Reply, ReplyRow } from '../../../orchestrator/index.ts'
import type { SlackMessage } from './render-card.ts'
import type { types } from '@slack/bolt'

const LONGEST_TEXT = 2_000
const LONGEST_PREFORMATTED = 4_000
const LONGEST_ROW = 300
/** What text, rows and preformatted text may take together, so that a card below still fits. */
const ROOM_FOR_ROWS = 6_000

/** The answer to one request, for the asker alone or for all; a card in it has no buttons. */
export function renderReply(reply: Reply): SlackMessage {
  const blocks: types.KnownBlock[] = [
    ...richText(section(text(visibleText(reply.text, LONGEST_TEXT)))),
    ...renderRows(reply.rows),
    ...renderPreformatted(reply.preformatted),
  ]
  const used = JSON.stringify(blocks).length
  const card =
    reply.card === null
      ? []
      : [
          ...renderCard(reply.card, { hasButtons: false, maxCharacters: MOST_CARD_CHARACTERS - used }).blocks,
          ...howToApprove(reply),
        ]
  const fallback = [reply.text, ...reply.rows.slice(0, 20).map((row) => `${row.label} ${row.text}`)].join('\n')
  return { text: fallbackText(fallback || reply.code), blocks: [...blocks, ...card] }
}

/** What fits, and how much does not. */
function renderRows(rows: readonly ReplyRow[]): readonly types.RichTextBlock[] {
  const items: (readonly Inline[])[] = []
  let used = 0
  for (const row of rows) {
    const item = [bold(`${visibleLine(row.label, 80)} `), text(visibleLine(row.text, LONGEST_ROW))]
    used += JSON.stringify(item).length
    if (used > ROOM_FOR_ROWS) break
    items.push(item)
  }
  const more = rows.length - items.length
  return richText(...bullets(items), ...(more === 0 ? [] : [section(text(`and ${String(more)} more`))]))
}

function renderPreformatted(value: string | null): readonly types.RichTextBlock[] {
  if (value === null) return []
  const visible = visibleText(value, LONGEST_PREFORMATTED)
  return visible === '' ? [] : richText(preformatted(visible))
}

/** The words that count, for who cannot press the shared card. */
function howToApprove(reply: Reply): readonly types.RichTextBlock[] {
  const proposal = reply.card?.proposal
  if (proposal?.state !== 'pending') return []
  return richText(
    section(
      text('To approve exactly this plan, press Approve on the card in the channel or type '),
      code(`/incident approve ${proposal.id} ${hashPrefix(proposal.planHash)}`),
      text('.'),
    ),
  )
}
