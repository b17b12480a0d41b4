import type { PressedButton } from './button-value.ts'

/** The presses that ask for words before they count. */
const WORDED = ['reject', 'note', 'question', 'answer', 'stop', 'undo', 'settle', 'breakglass'] as const
export type WordedVerb = (typeof WORDED)[number]

export interface PressWording {
  readonly title: string
  readonly submit: string
  readonly label: string
  readonly says: (button: PressedButton) => string
  readonly isOptional: boolean
}

const SETTLE_WORDS: Readonly<Partial<Record<NonNullable<PressedButton['answer']>, string>>> = {
  retry: 'Runs once more the step',
  done: 'Marks as done the step',
  abort: 'Gives up the step',
}

export const PRESS_WORDINGS: Readonly<Record<WordedVerb, PressWording>> = {
  reject: {
    title: 'Reject',
    submit: 'Reject',
    label: 'Why',
    says: (button) => rejectWords(button),
    isOptional: false,
  },
  note: {
    title: 'Add a note',
    submit: 'Add note',
    label: 'Note',
    says: (button) => `Goes on the timeline of ${button.incidentId}.`,
    isOptional: false,
  },
  question: {
    title: 'Ask about it',
    submit: 'Ask',
    label: 'Question',
    says: ({ proposalId, incidentId }) =>
      `Asks whoever can know about ${proposalId ?? 'the plan'} of ${incidentId}. It is kept with it and decides nothing.`,
    isOptional: false,
  },
  answer: {
    title: 'Answer a question',
    submit: 'Answer',
    label: 'Answer',
    says: ({ proposalId, incidentId, question }) =>
      `Answers Q${String(question ?? 1)} about ${proposalId ?? 'the plan'} of ${incidentId}. It is kept with it and decides nothing.`,
    isOptional: false,
  },
  stop: {
    title: 'Stop the run',
    submit: 'Stop',
    label: 'Why',
    says: (button) => `Stops the run of ${button.incidentId} before its next step.`,
    isOptional: true,
  },
  undo: {
    title: 'Undo the run',
    submit: 'Undo',
    label: 'Why',
    says: (button) => `Undoes what the run of ${button.incidentId} has done, last first.`,
    isOptional: true,
  },
  settle: {
    title: 'Settle the step',
    submit: 'Settle',
    label: 'How you know',
    says: (button) => `${SETTLE_WORDS[button.answer ?? 'abort'] ?? ''} ${button.stepId ?? ''} of ${button.incidentId}.`,
    isOptional: false,
  },
  breakglass: {
    title: 'Break-glass',
    submit: 'Confirm',
    label: 'Why',
    says: describeGlass,
    isOptional: false,
  },
}

function describeGlass({ answer, proposalId, planHash, incidentId }: PressedButton): string {
  const what = `${proposalId ?? 'the plan'} of ${incidentId}`
  if (answer === null) {
    return `Runs ${what}, plan ${planHash?.slice(0, 8) ?? ''}, at once and without its approvals. Everyone who was not waited for is told, and somebody else reviews it.`
  }
  return `Says that running ${what} without its approvals was ${answer}. It goes on the record.`
}

export const LONGEST_WORDS = 1_000

export function needsWords(verb: PressedButton['verb']): verb is WordedVerb {
  return (WORDED as readonly string[]).includes(verb)
}

function rejectWords({ proposalId, incidentId, stepId }: PressedButton): string {
  if (stepId !== null) return `Rejects step ${stepId}: the run of ${incidentId} stops there.`
  return `Rejects ${proposalId ?? 'the proposal'}${incidentId === '' ? '' : ` of ${incidentId}`}.`
}
