import { text, time } from './card-text.ts'
import { visibleLine } from './visible-text.ts'
import type { CardRoom } from './card-room.ts'
import type { Inline } from './card-text.ts'
import type { QuestionView } from '../../../domain/incident-view.ts'

/** The newest of them, each with its newest answer; all of them stand in the thread and in the console. */
export function renderQuestions(questions: readonly QuestionView[], room: CardRoom): readonly (readonly Inline[])[] {
  const shown = questions.slice(-room.reasons)
  const more = questions.length - shown.length
  const rest = more === 0 ? [] : [[text(`and ${String(more)} earlier ${more === 1 ? 'question' : 'questions'}`)]]
  return [...shown.flatMap((question) => describeQuestion(question, room)), ...rest]
}

function describeQuestion(question: QuestionView, room: CardRoom): readonly (readonly Inline[])[] {
  const { number, personName, text: asked, at, answers } = question
  const label = `Q${String(number)}`
  const answer = answers.at(-1)
  const unanswered = answer === undefined ? ' (no answer yet)' : ''
  const line = [
    text(`${label} ${visibleLine(personName, 60)} at `),
    time(at),
    text(`: ${visibleLine(asked, room.detail)}${unanswered}`),
  ]
  if (answer === undefined) return [line]
  const more = answers.length === 1 ? '' : ` (and ${String(answers.length - 1)} earlier)`
  const said = [
    text(`${label} answered by ${visibleLine(answer.personName, 60)} at `),
    time(answer.at),
    text(`: ${visibleLine(answer.text, room.detail)}${more}`),
  ]
  return [line, said]
}
