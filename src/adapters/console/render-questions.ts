import { html } from './html.ts'
import { reasonForm } from './forms.ts'
import { renderTime } from './times.ts'
import type { CardContext } from './card-context.ts'
import type { QuestionView } from '../../domain/incident-view.ts'
import type { SafeHtml } from './html.ts'

type Said = QuestionView['answers'][number]

/** What was asked about the plan and its nested approvals, all of it, also when it has been decided. */
export function renderQuestions(questions: readonly QuestionView[], context: CardContext): SafeHtml {
  if (questions.length === 0) return html``
  return html`<h3>Questions</h3>
    <ul class="questions">
      ${questions.map(
        (question) =>
          html`<li>
            Q${question.number}${question.step === null ? '' : ` (step ${question.step})`}
            ${renderSaid(question, 'asked', context)}
            ${
              question.answers.length === 0
                ? html`<br /><span class="fine">No answer yet.</span>`
                : question.answers.map((answer) => html`<br />${renderSaid(answer, 'answered', context)}`)
            }
          </li>`,
      )}
    </ul>`
}

function renderSaid(said: Said, did: string, { now }: CardContext): SafeHtml {
  return html`${said.personName} ${did} on ${said.surface}, ${renderTime(said.at, now)}: ${said.text}`
}

/** While it waits: a question about it, and an answer to the oldest that has none. */
export function questionForms(
  questions: readonly QuestionView[],
  csrf: string,
  hidden: { readonly incidentId: string; readonly proposalId: string },
): SafeHtml {
  const open = questions.find(({ answers }) => answers.length === 0)
  const answer =
    open === undefined
      ? ''
      : reasonForm({
          ...{ csrf, verb: 'answer', label: `Answer Q${String(open.number)}`, prompt: 'Answer' },
          hidden: { ...hidden, question: String(open.number) },
        })
  return html`${reasonForm({ csrf, verb: 'question', label: 'Ask', prompt: 'Question; it decides nothing', hidden })}
  ${answer}`
}
