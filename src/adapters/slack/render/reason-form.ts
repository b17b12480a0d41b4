import { decodeButton, encodeButton } from '../../shared/card/button-value.ts'
import { plainText, textField } from './form-fields.ts'
import { section, text } from '../../shared/card/card-text.ts'
import { toRichText } from './to-blocks.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import { z } from 'zod'
import type { Account } from '../../../domain/person.ts'
import type { FormValues } from './form-fields.ts'
import type { PressedButton } from '../../shared/card/button-value.ts'
import type { SentForm } from '../incoming/slack-request.ts'
import type { types } from '@slack/bolt'

export const REASON_FORM = 'countersign_reason'
const REASON = 'reason'

/** Where its button stood and what it carried. */
const id = z.string().min(1).max(64)
const Memory = z.object({ b: z.string().max(2_000), c: id.nullable(), m: id.nullable() })

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
    title: plainText(wording.title),
    submit: plainText(wording.submit),
    close: plainText('Go back'),
    blocks: [
      ...toRichText([section(text(visibleLine(wording.says(button), 300)))]),
      textField(REASON, wording.label, { isMultiline: true, maxLength: 1_000, isOptional: wording.isOptional }),
    ],
  }
}

export function readReasonForm(memory: unknown, values: FormValues, account: Account): SentForm | undefined {
  const parsed = Memory.safeParse(memory)
  const button = parsed.success ? decodeButton(parsed.data.b) : undefined
  if (!parsed.success || button === undefined) return undefined
  const place = { surface: 'slack', account, channel: parsed.data.c, message: parsed.data.m } as const
  return { kind: 'press', press: { ...button, ...place, text: values.get(REASON) ?? null }, field: REASON }
}
