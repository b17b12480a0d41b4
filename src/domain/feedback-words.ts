import type { FeedbackAnswer, FeedbackQuestion } from './feedback.ts'

/** The words that buttons carry and people type; each belongs to one question. */
export const FEEDBACK_WORDS = ['right', 'wrong', 'unsure', 'helped', 'no'] as const
export type FeedbackWord = (typeof FEEDBACK_WORDS)[number]

export const MEANING_OF_WORD: Readonly<
  Record<FeedbackWord, { readonly question: FeedbackQuestion; readonly answer: FeedbackAnswer }>
> = {
  right: { question: 'cause', answer: 'yes' },
  wrong: { question: 'cause', answer: 'no' },
  unsure: { question: 'cause', answer: 'unsure' },
  helped: { question: 'playbook', answer: 'yes' },
  no: { question: 'playbook', answer: 'no' },
}

export function isFeedbackWord(word: string): word is FeedbackWord {
  return (FEEDBACK_WORDS as readonly string[]).includes(word)
}
