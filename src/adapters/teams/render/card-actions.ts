import { LONGEST_WORDS, PRESS_WORDINGS, needsWords } from '../../shared/card/press-words.ts'
import { encodeButton } from '../../shared/card/button-value.ts'
import { inert } from './card-elements.ts'
import type { Fold } from './fold-buttons.ts'
import type { CardButton } from '../../shared/card/card-buttons.ts'
import type { CardElement } from './card-elements.ts'
import type { PressedButton } from '../../shared/card/button-value.ts'

/**
 * A button: what asks for words, or for a second look, unfolds on the card itself, so that nothing has to open in time.
 * Clients that know no `Action.Execute` take the `Action.Submit` in it, which arrives as a message.
 */
export function toAction(button: CardButton): CardElement {
  const { label, pressed, confirm } = button
  if (confirm !== null) return unfold(button, [heading(confirm.title), line(confirm.text)], execute(label, button))
  if (!needsWords(pressed.verb)) return execute(label, button)
  const wording = PRESS_WORDINGS[pressed.verb]
  const input = words(inputOf(pressed), wording.label, !wording.isOptional)
  return unfold(button, [line(wording.says(pressed)), input], execute(wording.submit, button))
}

/** One action for several buttons, which share the field for words where any of them needs some. */
export function toFold({ title, buttons }: Fold): CardElement {
  const said = buttons.flatMap(({ label, pressed }) =>
    needsWords(pressed.verb) ? [line(`${label}: ${PRESS_WORDINGS[pressed.verb].says(pressed)}`)] : [],
  )
  const field = said.length === 0 ? [] : [words(SHARED_INPUT, 'Words', true)]
  const actions = buttons.map((button) => execute(button.label, button))
  return { type: 'Action.ShowCard', title, card: { type: 'AdaptiveCard', body: [...said, ...field], actions } }
}

/** What was typed beside the button that was pressed; the card sends all its inputs, and only its own one counts. */
export function wordsOf(pressed: PressedButton, data: unknown): string | null {
  if (typeof data !== 'object' || data === null) return null
  const typed = data as Readonly<Record<string, unknown>>
  const own = typed[inputOf(pressed)] ?? typed[SHARED_INPUT]
  if (typeof own !== 'string') return null
  const trimmed = own.trim().slice(0, LONGEST_WORDS)
  return trimmed === '' ? null : trimmed
}

/** The field of a fold. A button has a field of its own or this one, never both. */
const SHARED_INPUT = 'words'

function words(id: string, label: string, isRequired: boolean): CardElement {
  return {
    ...{ type: 'Input.Text', id, label, isMultiline: true, maxLength: LONGEST_WORDS, isRequired },
    errorMessage: 'Write a few words: they go on the record.',
  }
}

function inputOf({ verb, answer }: PressedButton): string {
  return answer === null ? `words-${verb}` : `words-${verb}-${answer}`
}

function unfold({ label, style }: CardButton, body: readonly CardElement[], action: CardElement): CardElement {
  return {
    type: 'Action.ShowCard',
    title: label,
    ...styleOf(style),
    card: { type: 'AdaptiveCard', body, actions: [action] },
  }
}

function execute(title: string, { pressed, style }: CardButton): CardElement {
  const data = { countersign: encodeButton(pressed) }
  const inputs = needsWords(pressed.verb) ? 'auto' : 'none'
  return {
    type: 'Action.Execute',
    title,
    verb: pressed.verb,
    data,
    associatedInputs: inputs,
    ...styleOf(style),
    fallback: { type: 'Action.Submit', title, data, associatedInputs: inputs },
  }
}

/** The title says it all; the colour only repeats it. */
function styleOf(style: CardButton['style']): CardElement {
  if (style === 'plain') return {}
  return { style: style === 'primary' ? 'positive' : 'destructive' }
}

function heading(words: string): CardElement {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: inert(words), weight: 'Bolder' }] }
}

function line(words: string): CardElement {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: inert(words) }] }
}
