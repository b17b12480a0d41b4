import { MOST_OPTIONS, choiceField, plainText, textField } from './form-fields.ts'
import { SEVERITIES, isSeverity } from '../../../domain/severity.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import { z } from 'zod'
import type { Account } from '../../../domain/person.ts'
import type { FormOffer } from '../../../orchestrator/index.ts'
import type { FormValues } from './form-fields.ts'
import type { SentForm } from '../incoming/slack-request.ts'
import type { types } from '@slack/bolt'

export const DECLARE_FORM = 'countersign_declare'
const TITLE = 'title'
const SEVERITY = 'severity'
const SERVICE = 'service'
const LONGEST_TITLE = 200
/** A value of an option. */
const LONGEST_NAME = 75

const SEVERITY_LABELS = { SEV1: 'SEV1 · the worst', SEV2: 'SEV2', SEV3: 'SEV3', SEV4: 'SEV4', SEV5: 'SEV5 · the least' }

/** Where the answer goes: the channel that it was asked in. */
const Memory = z.object({ c: z.string().min(1).max(64).nullable() })

export function renderDeclareForm(
  offer: Extract<FormOffer, { kind: 'declare' }>,
  channel: string | null,
): types.ModalView {
  const { declared, services } = offer
  return {
    type: 'modal',
    callback_id: DECLARE_FORM,
    private_metadata: JSON.stringify({ c: channel }),
    title: plainText('Declare an incident'),
    submit: plainText('Declare'),
    close: plainText('Go back'),
    blocks: [
      textField(TITLE, 'What is wrong', { maxLength: LONGEST_TITLE, value: declared.title }),
      choiceField(
        SEVERITY,
        'Severity',
        SEVERITIES.map((value) => ({ value, label: SEVERITY_LABELS[value] })),
        { value: declared.severity, isOptional: true, hint: 'Left empty, it is SEV3 until alerts say otherwise.' },
      ),
      serviceField(services, declared.service),
    ],
  }
}

/** A list to choose from where it fits into one; else, or where there is none, a name is typed. */
function serviceField(services: readonly string[], value: string | null): types.InputBlock {
  const isList = services.length > 0 && services.length <= MOST_OPTIONS
  if (!isList || services.some((name) => name.length > LONGEST_NAME)) {
    const hint = 'Its name in the catalog, for example checkout.'
    return textField(SERVICE, 'Service', { maxLength: 100, value, isOptional: true, hint })
  }
  const choices = services.map((name) => ({ value: name, label: visibleLine(name, LONGEST_NAME) || '(no name)' }))
  return choiceField(SERVICE, 'Service', choices, { value, isOptional: true })
}

export function readDeclareForm(memory: unknown, values: FormValues, account: Account): SentForm | undefined {
  const parsed = Memory.safeParse(memory)
  if (!parsed.success) return undefined
  const severity = values.get(SEVERITY) ?? ''
  const declared = {
    title: values.get(TITLE) ?? '',
    severity: isSeverity(severity) ? severity : null,
    service: values.get(SERVICE) ?? null,
  }
  const place = { surface: 'slack', account, channel: parsed.data.c, message: null } as const
  return { kind: 'filled', filled: { kind: 'declare', place, declared }, field: TITLE }
}
