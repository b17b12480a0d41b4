import { MOST_CARD_CHARACTERS } from './card-room.ts'
import { bold, bullets, code, preformatted, richText, section, text } from './rich-text.ts'
import { fallbackText } from './fallback-text.ts'
import { hashPrefix } from './card-proposal.ts'
import { renderCard } from './render-card.ts'
import { visibleLine, visibleWithin } from './visible-text.ts'
import type { Inline } from './rich-text.ts'
import type { Reply, ReplyRow } from '../../../orchestrator/index.ts'
import type { SlackMessage } from './render-card.ts'
import type { types } from '@slack/bolt'

/** What words, rows and preformatted text may take as JSON: less when a card stands below them. */
interface ReplyRoom {
  readonly text: number
  readonly rows: number
  readonly preformatted: number
}

const WITHOUT_CARD: ReplyRoom = { text: 2_500, rows: 4_000, preformatted: 4_500 }
const WITH_CARD: ReplyRoom = { text: 1_000, rows: 1_000, preformatted: 1_000 }
const LONGEST_ROW = 300

/** The answer to one request, for the asker alone or for all; a card in it has no buttons. */
export function renderReply(reply: Reply): SlackMessage {
  const room = reply.card === null ? WITHOUT_CARD : WITH_CARD
  const blocks: types.KnownBlock[] = [
    ...richText(section(text(visibleWithin(reply.text, room.text)))),
    ...renderRows(reply.rows, room.rows),
    ...renderPreformatted(reply.preformatted, room.preformatted),
    ...howToApprove(reply),
  ]
  const used = JSON.stringify(blocks).length
  const card =
    reply.card === null
      ? []
      : renderCard(reply.card, { hasButtons: false, maxCharacters: MOST_CARD_CHARACTERS - used }).blocks
  const fallback = [reply.text, ...reply.rows.slice(0, 20).map((row) => `${row.label} ${row.text}`)].join('\n')
  return { text: fallbackText(fallback || reply.code), blocks: [...blocks, ...card] }
}

/** What fits, and how much does not. */
function renderRows(rows: readonly ReplyRow[], room: number): readonly types.RichTextBlock[] {
  const items: (readonly Inline[])[] = []
  let used = 0
  for (const row of rows) {
    const item = [bold(`${visibleLine(row.label, 80)} `), text(visibleLine(row.text, LONGEST_ROW))]
    used += JSON.stringify(item).length
    if (used > room) break
    items.push(item)
  }
  const more = rows.length - items.length
  return richText(...bullets(items), ...(more === 0 ? [] : [section(text(`and ${String(more)} more`))]))
}

function renderPreformatted(value: string | null, room: number): readonly types.RichTextBlock[] {
  if (value === null) return []
  const visible = visibleWithin(value, room)
  return visible === '' ? [] : richText(preformatted(visible))
}

/** The words that count, for who cannot press the shared card; not twice when the answer says them itself. */
function howToApprove(reply: Reply): readonly types.RichTextBlock[] {
  const proposal = reply.card?.proposal
  if (proposal?.state !== 'pending' || reply.text.includes(hashPrefix(proposal.planHash))) return []
  return richText(
    section(
      text('To approve exactly this plan, press Approve on the card in the channel or type '),
      code(`/incident approve ${proposal.id} ${hashPrefix(proposal.planHash)}`),
      text('.'),
    ),
  )
}
