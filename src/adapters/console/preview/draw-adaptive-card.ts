import { html } from '../html.ts'
import type { SafeHtml } from '../html.ts'

/** What of Adaptive Cards ours use; anything else is shown by its name. */
interface Element {
  readonly type: string
  readonly title?: string
  readonly text?: string
  readonly size?: string
  readonly weight?: string
  readonly fontType?: string
  readonly style?: string
  readonly label?: string
  readonly selectAction?: { readonly url?: string }
  readonly inlines?: readonly Element[]
  readonly items?: readonly Element[]
  readonly body?: readonly Element[]
  readonly actions?: readonly Element[]
  readonly card?: Element
}

/** A Teams card as a client would lay it out, good enough to judge it by. */
export function drawAdaptiveCard(card: unknown): SafeHtml {
  return html`<div class="teams-card">${drawCard(card as Element)}</div>`
}

function drawCard({ body = [], actions = [] }: Element): SafeHtml {
  return html`${body.map(drawElement)}
    <div class="buttons">${actions.map(drawAction)}</div>`
}

function drawElement(element: Element): SafeHtml {
  switch (element.type) {
    case 'Container':
      return html`<div class="block-text">${(element.items ?? []).map(drawElement)}</div>`
    case 'RichTextBlock':
      return html`<p>${(element.inlines ?? []).map(drawRun)}</p>`
    case 'Input.Text':
      return html`<p>
        <label>${element.label ?? ''} <input /></label>
      </p>`
    default:
      return html`<p class="notice">Not drawn: ${element.type}</p>`
  }
}

function drawRun(run: Element): SafeHtml {
  const words = run.text ?? ''
  const url = run.selectAction?.url
  if (url !== undefined) return html`<a href="${url}" rel="noreferrer noopener">${words}</a>`
  if (run.size === 'Large') return html`<span class="block-header">${words}</span>`
  if (run.fontType === 'Monospace') return html`<code>${words}</code>`
  return run.weight === 'Bolder' ? html`<strong>${words}</strong>` : html`${words}`
}

function drawAction(action: Element): SafeHtml {
  const look = action.style === 'positive' ? 'primary' : action.style === 'destructive' ? 'danger' : 'plain'
  if (action.card === undefined) return html`<button type="button" class="${look}">${action.title ?? ''}</button>`
  return html`<details class="inline">
    <summary class="${look}">${action.title ?? ''}</summary>
    ${drawCard(action.card)}
  </details>`
}
