import { html } from '../html.ts'
import type { SafeHtml } from '../html.ts'

/** What of Slack's Block Kit our cards use; anything else is shown by its name, so that it is seen to be missing. */
interface Block {
  readonly type: string
  readonly text?: string | { readonly text: string }
  readonly elements?: readonly Block[]
  readonly style?: string | { readonly bold?: boolean; readonly code?: boolean }
  readonly url?: string
  readonly timestamp?: number
  readonly format?: string
  readonly fallback?: string
}

/** Slack's blocks as a client would lay them out, good enough to judge a card by. */
export function drawBlocks(blocks: readonly unknown[]): SafeHtml {
  return html`<div class="slack-card">${(blocks as readonly Block[]).map(drawBlock)}</div>`
}

function drawBlock(block: Block): SafeHtml {
  switch (block.type) {
    case 'header':
      return html`<p class="block-header">${wordsOf(block)}</p>`
    case 'rich_text':
      return html`<div class="block-text">${(block.elements ?? []).map(drawRichPart)}</div>`
    case 'actions':
      return html`<div class="buttons">${(block.elements ?? []).map(drawButton)}</div>`
    case 'divider':
      return html`<hr />`
    default:
      return html`<p class="notice">Not drawn: ${block.type}</p>`
  }
}

function drawRichPart(part: Block): SafeHtml {
  switch (part.type) {
    case 'rich_text_section':
      return html`<p>${inlines(part)}</p>`
    case 'rich_text_preformatted':
      return html`<pre>${inlines(part)}</pre>`
    case 'rich_text_list': {
      const items = (part.elements ?? []).map((item) => html`<li>${inlines(item)}</li>`)
      return part.style === 'ordered'
        ? html`<ol>
            ${items}
          </ol>`
        : html`<ul>
            ${items}
          </ul>`
    }
    default:
      return html`<p class="notice">Not drawn: ${part.type}</p>`
  }
}

function inlines(part: Block): readonly SafeHtml[] {
  return (part.elements ?? []).map(drawInline)
}

function drawInline(inline: Block): SafeHtml {
  const words = wordsOf(inline)
  const style = typeof inline.style === 'object' ? inline.style : {}
  if (inline.type === 'link') return html`<a href="${inline.url ?? ''}" rel="noreferrer noopener">${words}</a>`
  if (inline.type === 'date') return html`<span>${drawDate(inline)}</span>`
  if (inline.type !== 'text') return html`<span class="notice">Not drawn: ${inline.type}</span>`
  if (style.code === true) return html`<code>${words}</code>`
  return style.bold === true ? html`<strong>${words}</strong>` : html`${words}`
}

/** Slack shows the reader's own time zone and keeps {ago} current; here it is UTC and of this moment. */
function drawDate({ timestamp = 0, format = '' }: Block): string {
  const at = new Date(timestamp * 1000)
  const minutes = Math.round((Date.now() - at.getTime()) / 60_000)
  const ago = minutes >= 0 ? `${String(minutes)} minutes ago` : `in ${String(-minutes)} minutes`
  return format
    .replace('{date_short_pretty}', 'today')
    .replace('{time}', at.toISOString().slice(11, 16))
    .replace('{ago}', ago)
}

function drawButton(button: Block): SafeHtml {
  const look = button.style === 'primary' || button.style === 'danger' ? button.style : 'plain'
  return html`<button type="button" class="${look}">${wordsOf(button)}</button>`
}

function wordsOf({ text }: Block): string {
  return typeof text === 'string' ? text : (text?.text ?? '')
}
