import { bold, richText, section, text } from './card-text.ts'
import { describeFeedback } from '../../../domain/describe-feedback.ts'
import { visibleLine } from './visible-text.ts'
import type { CardRoom } from './card-room.ts'
import type { CardText } from './card-text.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'

/** After an incident: what people are asked, about what, and what they have said. */
export function renderFeedback({ feedback }: IncidentView, room: CardRoom): readonly CardText[] {
  return richText(
    ...feedback.map((one) => {
      const { asks, subject, said } = describeFeedback(one)
      return section(bold(`${asks} `), text(`${visibleLine(subject, room.detail)}. ${said}`))
    }),
  )
}
