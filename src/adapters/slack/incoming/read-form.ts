import { CAPTURE_FORM, readCaptureForm } from '../render/capture-form.ts'
import { DECLARE_FORM, readDeclareForm } from '../render/declare-form.ts'
import { INPUTS_FORM, readInputsForm } from '../render/inputs-form.ts'
import { REASON_FORM, readReasonForm } from '../render/reason-form.ts'
import { accountOf } from './account-of.ts'
import { sha256Hex } from '../../../kernel/sha256.ts'
import type { Account } from '../../../domain/person.ts'
import type { SentForm, SlackRequest } from './slack-request.ts'
import type { FormValues } from '../render/form-fields.ts'
import type { ViewSubmission } from './schema.ts'
import type { z } from 'zod'

/** What a form makes of what it remembered and of what was filled in; undefined when that is not one of ours. */
type ReadForm = (memory: unknown, values: FormValues, account: Account) => SentForm | undefined

const READERS: Readonly<Record<string, ReadForm | undefined>> = {
  [REASON_FORM]: readReasonForm,
  [DECLARE_FORM]: readDeclareForm,
  [INPUTS_FORM]: readInputsForm,
  [CAPTURE_FORM]: readCaptureForm,
}

export function readForm(submission: z.infer<typeof ViewSubmission>): SlackRequest {
  const { user, view } = submission
  const account = accountOf([user.team_id, submission.team?.id, submission.enterprise?.id], user.id, user.name)
  const values = fieldsOf(view.state.values)
  const memory = parseMemory(view.private_metadata)
  const form = (Object.hasOwn(READERS, view.callback_id) ? READERS[view.callback_id] : undefined)?.(
    memory,
    values,
    account,
  )
  // The same form may be sent again with other words after it was refused.
  const content = sha256Hex(JSON.stringify([...values]))
  return {
    kind: 'form',
    key: `form ${view.id} ${view.hash ?? ''} ${submission.trigger_id ?? ''} ${content}`,
    form: form ?? null,
    place: { account, channel: channelOf(form), thread: null, responseUrl: null, isPersonal: false },
  }
}

function fieldsOf(state: z.infer<typeof ViewSubmission>['view']['state']['values']): FormValues {
  return new Map(
    Object.entries(state).flatMap(([block, elements]) => {
      const [element] = Object.values(elements)
      const value = (element?.selected_option?.value ?? element?.value ?? '').trim()
      return value === '' ? [] : [[block, value] as const]
    }),
  )
}

/** Slack keeps what we gave it and signs what it gives back; still it is read like anything from outside. */
function parseMemory(metadata: string): unknown {
  try {
    return JSON.parse(metadata)
  } catch {
    return undefined
  }
}

function channelOf(form: SentForm | undefined): string | null {
  switch (form?.kind) {
    case 'press':
      return form.press.channel
    case 'filled':
      return form.filled.place.channel
    case 'capture':
      return form.wish.channel
    case undefined:
      return null
  }
}
