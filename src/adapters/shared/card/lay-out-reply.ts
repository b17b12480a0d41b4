import { bold, bullets, code, preformatted, richText, section, text } from './card-text.ts'
import { hashPrefix } from './card-proposal.ts'
import { visibleLine, visibleWithin } from './visible-text.ts'
import type { CardText, Inline } from './card-text.ts'
import type { Reply, ReplyRow } from '../../../orchestrator/index.ts'

/** What words, rows and preformatted text may take as JSON: less when a card stands below them. */
interface ReplyRoom {
  readonly text: number
  readonly rows: number
  readonly preformatted: number
}

const WITHOUT_CARD: ReplyRoom = { text: 2_500, rows: 4_000, preformatted: 4_500 }
const WITH_CARD: ReplyRoom = { text: 1_000, rows: 1_000, preformatted: 1_000 }
const LONGEST_ROW = 300

/** The answer to one request, one block an entry; a card in it is drawn below by the surface, without buttons. */
export function layOutReply(reply: Reply, typed: (command: string) => string): readonly (readonly CardText[])[] {
  const room = reply.card === null ? WITHOUT_CARD : WITH_CARD
  return [
    richText(section(text(visibleWithin(reply.text, room.text)))),
    layOutRows(reply.rows, room.rows),
    layOutPreformatted(reply.preformatted, room.preformatted),
    howToApprove(reply, typed),
  ].filter((texts) => texts.length > 0)
}

/** For who hears the answer, or reads it in a notification. */
export function describeReply(reply: Reply): string {
  const lines = [reply.text, ...reply.rows.slice(0, 20).map((row) => `${row.label} ${row.text}`)]
  return lines.join('\n') || reply.code
}

/** What fits, and how much does not. */
function layOutRows(rows: readonly ReplyRow[], room: number): readonly CardText[] {
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

function layOutPreformatted(value: string | null, room: number): readonly CardText[] {
  if (value === null) return []
  const visible = visibleWithin(value, room)
  return visible === '' ? [] : [preformatted(visible)]
}

/** The words that count, for who cannot press the shared card; not twice when the answer says them itself. */
function howToApprove(reply: Reply, typed: (command: string) => string): readonly CardText[] {
  const proposal = reply.card?.proposal
  if (proposal?.state !== 'pending' || reply.text.includes(hashPrefix(proposal.planHash))) return []
  return richText(
    section(
      text('To approve exactly this plan, press Approve on the card in the channel or type '),
      code(typed(`approve ${proposal.id} ${hashPrefix(proposal.planHash)}`)),
      text('.'),
    ),
  )
}
