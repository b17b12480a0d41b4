import { encodeButton } from '../../shared/card/button-value.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import type { PressedButton } from '../../shared/card/button-value.ts'
import type { types } from '@slack/bolt'

export const REASON_FORM = 'countersign_reason'
export const REASON_BLOCK = 'reason'
export const REASON_INPUT = 'text'

/** The presses that ask for words before they count. */
const FORM_VERBS = ['reject', 'note', 'stop', 'undo', 'settle'] as const
type FormVerb = (typeof FORM_VERBS)[number]

interface Wording {
  readonly title: string
  readonly submit: string
  readonly label: string
  readonly says: (button: PressedButton) => string
  readonly isOptional: boolean
}

const WORDINGS: Readonly<Record<FormVerb, Wording>> = {
  reject: {
    title: 'Reject',
    submit: 'Reject',
    label: 'Why',
    says: (button) => `Rejects ${button.proposalId ?? 'the proposal'} of ${button.incidentId}.`,
    isOptional: false,
  },
  note: {
    title: 'Add a note',
    submit: 'Add note',
    label: 'Note',
    says: (button) => `Goes on the timeline of ${button.incidentId}.`,
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
    says: (button) => `${SETTLE_WORDS[button.answer ?? 'abort']} ${button.stepId ?? ''} of ${button.incidentId}.`,
    isOptional: false,
  },
}

const SETTLE_WORDS = {
  retry: 'Runs once more the step',
  done: 'Marks as done the step',
  abort: 'Gives up the step',
} as const

export function needsForm(verb: PressedButton['verb']): verb is FormVerb {
  return (FORM_VERBS as readonly string[]).includes(verb)
}

/** A form for the words of one press. What it remembers are ids, and where the button stood. */
export function renderReasonForm(
  verb: FormVerb,
  button: PressedButton,
  place: { readonly channel: string | null; readonly message: string | null },
): types.ModalView {
  const wording = WORDINGS[verb]
  return {
    type: 'modal',
    callback_id: REASON_FORM,
    private_metadata: JSON.stringify({ b: encodeButton(button), c: place.channel, m: place.message }),
    title: plain(wording.title),
    submit: plain(wording.submit),
    close: plain('Go back'),
    blocks: [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [text(visibleLine(wording.says(button), 300))] }],
      },
      {
        type: 'input',
        block_id: REASON_BLOCK,
        optional: wording.isOptional,
        label: plain(wording.label),
        element: { type: 'plain_text_input', action_id: REASON_INPUT, multiline: true, max_length: 1_000 },
      },
    ],
  }
}

function text(value: string): types.RichTextText {
  return { type: 'text', text: value }
}

function plain(value: string): types.PlainTextElement {
  return { type: 'plain_text', text: value, emoji: false }
}
