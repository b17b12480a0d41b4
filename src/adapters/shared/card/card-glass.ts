import { WITH_AGO, bold, section, text, time } from './card-text.ts'
import { nameSome } from './card-room.ts'
import { visibleLine } from './visible-text.ts'
import type { CardRoom } from './card-room.ts'
import type { CardText } from './card-text.ts'
import type { GlassView } from '../../../domain/incident-view.ts'

/** In words, as long as the incident has a card: who ran what without its quorum, why, and what others say of it. */
export function renderGlass(glass: GlassView, room: CardRoom): readonly CardText[] {
  const { proposalId, personName, reason, at } = glass
  const who = visibleLine(personName, 60)
  const used = section(
    bold('BREAK-GLASS '),
    text(`${who} ran ${proposalId} without its approvals at `),
    time(at),
    text(`: ${visibleLine(reason, room.detail)}`),
  )
  return [used, reviewOf(glass, room)]
}

function reviewOf({ review, reviewDue, canReview }: GlassView, room: CardRoom): CardText {
  if (review === null) {
    const names = canReview.map((name) => visibleLine(name, 60))
    const who = names.length === 0 ? 'nobody in the directory may' : `${nameSome(names, Math.min(3, room.names))} may`
    return section(
      bold('Not reviewed '),
      text('due '),
      time(reviewDue, WITH_AGO),
      text(`; ${who}. It cannot be resolved before.`),
    )
  }
  const said = visibleLine(review.text, room.detail)
  const by = visibleLine(review.reviewerName, 60)
  return section(bold(`Reviewed: ${review.verdict} `), text(`by ${by} at `), time(review.at), text(`: ${said}`))
}
