import type { FeedbackAnswer, FeedbackQuestion } from './feedback.ts'
import type { FeedbackWord } from './feedback-words.ts'
import type { FeedbackView } from './incident-view.ts'

const ASKS: Readonly<Record<FeedbackQuestion, string>> = {
  cause: 'Was the cause right?',
  playbook: 'Did the playbook help?',
}

/** The labels say what they are about, since the buttons of both questions stand in one row. */
export const FEEDBACK_BUTTONS: Readonly<
  Record<FeedbackQuestion, readonly { readonly word: FeedbackWord; readonly label: string }[]>
> = {
  cause: [
    { word: 'right', label: 'Cause right' },
    { word: 'wrong', label: 'Cause wrong' },
    { word: 'unsure', label: 'Cause not sure' },
  ],
  playbook: [
    { word: 'helped', label: 'Playbook helped' },
    { word: 'no', label: 'Playbook did not help' },
  ],
}

/** For one person and for several. */
const SAYS: Readonly<Record<FeedbackQuestion, Readonly<Record<FeedbackAnswer, readonly [string, string]>>>> = {
  cause: { yes: ['says right', 'say right'], no: ['says wrong', 'say wrong'], unsure: ['is not sure', 'are not sure'] },
  playbook: {
    yes: ['says it helped', 'say it helped'],
    no: ['says it did not', 'say it did not'],
    unsure: ['is not sure', 'are not sure'],
  },
}

/**
 * One of the two questions after an incident, the same in words on every surface: what is asked, about what, and how many
 * have said what so far. The subject may hold text from outside, as everything of a view: the surface escapes it.
 */
export function describeFeedback({ question, about, subject, counts }: FeedbackView): {
  readonly asks: string
  readonly subject: string
  readonly said: string
} {
  const parts = (['yes', 'no', 'unsure'] as const).flatMap((answer) => {
    const count = counts[answer]
    return count === 0 ? [] : [`${String(count)} ${SAYS[question][answer][count === 1 ? 0 : 1]}`]
  })
  const said = parts.length === 0 ? 'Nobody has said yet.' : `${parts.join(', ')}.`
  return { asks: ASKS[question], subject: `${subject} (${about})`, said }
}
