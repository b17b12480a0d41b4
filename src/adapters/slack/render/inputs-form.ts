import { choiceField, plainText, textField } from './form-fields.ts'
import { section, text } from '../../shared/card/card-text.ts'
import { toRichText } from './to-blocks.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import { z } from 'zod'
import type { Account } from '../../../domain/person.ts'
import type { FormInput, FormOffer } from '../../../orchestrator/index.ts'
import type { FormValues } from './form-fields.ts'
import type { SentForm } from '../incoming/slack-request.ts'
import type { types } from '@slack/bolt'

export const INPUTS_FORM = 'countersign_inputs'
/** Before the name of an input: ids of blocks are ours, names are a playbook's. */
const PREFIX = 'input:'
const LONGEST_VALUE = 500

const Memory = z.object({
  c: z.string().min(1).max(64).nullable(),
  i: z.string().regex(/^INC-\d{1,12}$/),
  p: z.string().min(1).max(200),
})

/** One field for each input; sending it proposes a plan, and runs nothing. */
export function renderInputsForm(
  offer: Extract<FormOffer, { kind: 'inputs' }>,
  channel: string | null,
): types.ModalView {
  const { incidentId, playbook, title, inputs } = offer
  const words = `${visibleLine(title, 200)}, for ${incidentId}. This proposes the plan; it runs once it is approved.`
  return {
    type: 'modal',
    callback_id: INPUTS_FORM,
    private_metadata: JSON.stringify({ c: channel, i: incidentId, p: playbook }),
    title: plainText('Inputs of the playbook'),
    submit: plainText('Propose'),
    close: plainText('Go back'),
    blocks: [...toRichText([section(text(words))]), ...inputs.map(fieldOf)],
  }
}

function fieldOf(input: FormInput): types.InputBlock {
  const block = inputField(input.name)
  const label = visibleLine(input.title, 150) || input.name
  const { otherwise } = input
  const options = { value: editable(input.value), isOptional: otherwise !== null }
  if (input.type === 'boolean') {
    const choices = [
      { value: 'true', label: 'yes' },
      { value: 'false', label: 'no' },
    ]
    return choiceField(block, label, choices, options)
  }
  const hint = otherwise === null ? '' : `Left empty, it is ${visibleLine(otherwise, 100)}.`
  return textField(block, label, { ...options, maxLength: LONGEST_VALUE, hint })
}

/** A value that a field cannot show exactly is not put there: sent back, it would be another one. */
function editable(value: string | null): string | null {
  return value !== null && visibleLine(value, LONGEST_VALUE) === value ? value : null
}

/** The block of an input, which is where its problem is shown. */
export function inputField(name: string): string {
  return `${PREFIX}${name}`
}

export function readInputsForm(memory: unknown, values: FormValues, account: Account): SentForm | undefined {
  const parsed = Memory.safeParse(memory)
  if (!parsed.success) return undefined
  const { c: channel, i: incidentId, p: playbook } = parsed.data
  const given = [...values].filter(([block]) => block.startsWith(PREFIX))
  const inputs = Object.fromEntries(given.map(([block, value]) => [block.slice(PREFIX.length), value]))
  const place = { surface: 'slack', account, channel, message: null } as const
  const field = [...values.keys()][0] ?? ''
  return { kind: 'filled', filled: { kind: 'inputs', place, incidentId, playbook, inputs }, field }
}
