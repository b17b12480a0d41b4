import type { ProposalQuestion } from '../domain/question.ts'

export type NewQuestion = Omit<ProposalQuestion, 'kind' | 'number' | 'at'>

/** Under the proposal's row lock: what is asked or answered is never changed and never taken out. */
export interface QuestionStore {
  /** Numbered as the next of its proposal. */
  ask(question: NewQuestion): Promise<ProposalQuestion>
  answer(answer: NewQuestion & { readonly number: number }): Promise<ProposalQuestion>
  /** Questions and answers as they came, the oldest first. */
  list(proposalId: string): Promise<readonly ProposalQuestion[]>
}
