import type { CardButton } from '../../shared/card/card-buttons.ts'

/** Teams shows six actions in a row and drops the others without a word. */
export const MOST_ACTIONS = 6

/** Buttons that unfold behind one action; `title` says which. */
export interface Fold {
  readonly title: string
  readonly buttons: readonly CardButton[]
}

export type Foldable = CardButton | Fold

/**
 * What may stand behind one action, the least urgent first: a decision, a stop and an undo never do. All that needs
 * words in one fold shares one field, so only buttons whose words mean much the same stand together.
 */
const FOLDS: readonly { readonly title: string; readonly holds: (button: CardButton) => boolean }[] = [
  { title: 'Say', holds: ({ pressed: { verb } }) => ['question', 'answer', 'note'].includes(verb) },
  { title: 'Feedback', holds: ({ pressed: { verb } }) => verb === 'feedback' },
  { title: 'Review', holds: ({ pressed: { verb, answer } }) => verb === 'breakglass' && answer !== null },
  { title: 'Settle', holds: ({ pressed: { verb } }) => verb === 'settle' },
  { title: 'More', holds: ({ pressed: { verb } }) => ['question', 'answer', 'note', 'ack'].includes(verb) },
]

/** The same buttons in at most six actions, each at the place of its first; as they are where they fit. */
export function foldButtons(buttons: readonly CardButton[]): readonly Foldable[] {
  let folded: readonly Foldable[] = buttons
  for (const { title, holds } of FOLDS) {
    if (folded.length <= MOST_ACTIONS) return folded
    const own = buttons.filter(holds)
    const isOwn = (one: Foldable) =>
      'buttons' in one ? one.buttons.every((button) => own.includes(button)) : holds(one)
    const first = folded.findIndex(isOwn)
    if (own.length < 2 || first < 0) continue
    const rest = folded.filter((one) => !isOwn(one))
    folded = [...rest.slice(0, first), { title, buttons: own }, ...rest.slice(first)]
  }
  return folded
}
