import { LONGEST_WORDS, PRESS_WORDINGS } from '../../shared/card/press-words.ts'
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
import type { WordedVerb } from '../../shared/card/press-words.ts'
import type { types } from '@slack/bolt'

export const REASON_FORM = 'countersign_reason'
const REASON = 'reason'

/** Where its button stood and what it carried. */
const id = z.string().min(1).max(64)
const Memory = z.object({ b: z.string().max(2_000), c: id.nullable(), m: id.nullable() })

/** A form for the words of one press. What it remembers are ids, and where the button stood. */
export function renderReasonForm(
  verb: WordedVerb,
  button: PressedButton,
  place: { readonly channel: string | null; readonly message: string | null },
): types.ModalView {
  const wording = PRESS_WORDINGS[verb]
  return {
    type: 'modal',
    callback_id: REASON_FORM,
    private_metadata: JSON.stringify({ b: encodeButton(button), c: place.channel, m: place.message }),
    title: plainText(wording.title),
    submit: plainText(wording.submit),
    close: plainText('Go back'),
    blocks: [
      ...toRichText([section(text(visibleLine(wording.says(button), 300)))]),
      textField(REASON, wording.label, { isMultiline: true, maxLength: LONGEST_WORDS, isOptional: wording.isOptional }),
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
