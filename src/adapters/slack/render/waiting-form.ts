import { plainText } from './form-fields.ts'
import { section, text } from '../../shared/card/card-text.ts'
import { toRichText } from './to-blocks.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import type { types } from '@slack/bolt'

const WAITING_FORM = 'countersign_waiting'
const LONGEST = 1_000

/** Where a form would stand: that it comes, or why none does. It has nothing to fill in and nothing to send. */
export function renderWaiting(words: string): types.ModalView {
  return {
    type: 'modal',
    callback_id: WAITING_FORM,
    title: plainText('Countersign'),
    close: plainText('Close'),
    blocks: [...toRichText([section(text(visibleLine(words, LONGEST)))])],
  }
}
