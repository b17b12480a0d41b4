import { truncateText } from '../../../kernel/clean-text.ts'
import type { types } from '@slack/bolt'

/** What was filled in, by block; what was left empty is not there. */
export type FormValues = ReadonlyMap<string, string>

/** Every field of a form is one block with one element of this id. */
const ELEMENT = 'value'
/** Slack's own limits: 75 characters for an option, 100 options in a select. */
const LONGEST_OPTION = 75
export const MOST_OPTIONS = 100

export interface Choice {
  readonly value: string
  readonly label: string
}

export function plainText(value: string): types.PlainTextElement {
  return { type: 'plain_text', text: value, emoji: false }
}

interface FieldOptions {
  readonly isOptional?: boolean
  readonly value?: string | null
  readonly hint?: string
}

export function textField(
  block: string,
  label: string,
  options: FieldOptions & { readonly isMultiline?: boolean; readonly maxLength: number },
): types.InputBlock {
  const { value } = options
  return {
    ...fieldOf(block, label, options),
    element: {
      type: 'plain_text_input',
      action_id: ELEMENT,
      multiline: options.isMultiline ?? false,
      max_length: options.maxLength,
      ...(value == null || value === '' ? {} : { initial_value: value }),
    },
  }
}

export function choiceField(
  block: string,
  label: string,
  choices: readonly Choice[],
  options: FieldOptions = {},
): types.InputBlock {
  const offered = choices.slice(0, MOST_OPTIONS).map(({ value, label: words }) => ({
    text: plainText(truncateText(words, LONGEST_OPTION)),
    value,
  }))
  const chosen = offered.find(({ value }) => value === options.value)
  return {
    ...fieldOf(block, label, options),
    element: {
      type: 'static_select',
      action_id: ELEMENT,
      options: offered,
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    },
  }
}

function fieldOf(block: string, label: string, { isOptional = false, hint }: FieldOptions) {
  return {
    type: 'input' as const,
    block_id: block,
    optional: isOptional,
    label: plainText(label),
    ...(hint === undefined || hint === '' ? {} : { hint: plainText(hint) }),
  }
}
