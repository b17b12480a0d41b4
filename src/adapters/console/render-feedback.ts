import { FEEDBACK_BUTTONS, describeFeedback } from '../../domain/describe-feedback.ts'
import { button } from './forms.ts'
import { html } from './html.ts'
import type { CardContext } from './card-context.ts'
import type { FeedbackView, IncidentView } from '../../domain/incident-view.ts'
import type { SafeHtml } from './html.ts'

/** After an incident: what people are asked, what they have said, and the buttons to say it. */
export function renderFeedback({ id, feedback }: IncidentView, context: CardContext): SafeHtml {
  if (feedback.length === 0) return html``
  return html`<section aria-label="How it went">
    <h2>How it went</h2>
    ${feedback.map((one) => renderQuestion(id, one, context))}
  </section>`
}

function renderQuestion(incidentId: string, one: FeedbackView, { csrf }: CardContext): SafeHtml {
  const { asks, subject, said } = describeFeedback(one)
  return html`<p><strong>${asks}</strong> ${subject}. ${said}</p>
    ${
      csrf === undefined
        ? ''
        : html`<div class="buttons">
            ${FEEDBACK_BUTTONS[one.question].map(({ word, label }) => {
              const hidden = { incidentId, answer: word, about: one.about }
              return button({ csrf, verb: 'feedback', label, look: 'plain', hidden })
            })}
          </div>`
    }`
}
