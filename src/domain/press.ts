import { FEEDBACK_WORDS } from './feedback-words.ts'
import { GLASS_VERDICTS } from './glass-break.ts'
import type { Verb } from './verb.ts'

/** The verbs that a card or page offers as buttons, on every surface. */
export const PRESS_VERBS = [
  'approve',
  'reject',
  'withdraw',
  'cancel',
  'question',
  'answer',
  'stop',
  'settle',
  'undo',
  'ack',
  'note',
  'breakglass',
  'feedback',
] as const satisfies readonly Verb[]
export type PressVerb = (typeof PRESS_VERBS)[number]

/** What became of a step that nobody could tell. */
export const STEP_ANSWERS = ['retry', 'done', 'abort'] as const

/** What a button says besides its verb: of a step, of a broken glass, or of how the incident went. */
export const PRESS_ANSWERS = [...STEP_ANSWERS, ...GLASS_VERDICTS, ...FEEDBACK_WORDS] as const
export type PressAnswer = (typeof PRESS_ANSWERS)[number]
