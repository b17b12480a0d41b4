import type { ProposalQuestion } from '../../domain/question.ts'
import type { QuestionView } from '../../domain/incident-view.ts'

/** Each question with its answers, in the order in which they were asked. */
export function viewQuestions(said: readonly ProposalQuestion[]): readonly QuestionView[] {
  return said
    .filter(({ kind }) => kind === 'question')
    .map((question) => ({
      ...pick(question),
      number: question.number,
      step: question.step?.stepId ?? null,
      answers: said.filter(({ kind, number }) => kind === 'answer' && number === question.number).map(pick),
    }))
}

function pick({ personId: person, personName, text, at, surface }: ProposalQuestion) {
  return { person, personName, text, at, surface }
}
