import type { ProposalQuestion } from './question.ts'

/** Numbers of those that nobody has answered yet, the oldest first. */
export function openQuestions(questions: readonly Pick<ProposalQuestion, 'kind' | 'number'>[]): readonly number[] {
  const answered = new Set(questions.filter(({ kind }) => kind === 'answer').map(({ number }) => number))
  return questions
    .filter(({ kind, number }) => kind === 'question' && !answered.has(number))
    .map(({ number }) => number)
}
