import { html } from './html.ts'
import type { Press } from '../../orchestrator/index.ts'
import type { SafeHtml } from './html.ts'

export interface FormParts {
  readonly csrf: string
  readonly verb: Press['verb']
  readonly label: string
  readonly hidden: Readonly<Record<string, string>>
}

/** Every button is a form of its own that posts: no link of a page changes anything. */
export function button(parts: FormParts & { readonly look: 'primary' | 'danger' | 'plain' }): SafeHtml {
  return html`<form method="post" action="/press" class="inline">
    ${hiddenFields(parts)}<button class="${parts.look}">${parts.label}</button>
  </form>`
}

/** A button that asks for a reason in place; the field is required, since the reason goes on the record. */
export function reasonForm(parts: FormParts & { readonly prompt: string }): SafeHtml {
  return html`<details class="inline">
    <summary>${parts.label}</summary>
    <form method="post" action="/press">
      ${hiddenFields(parts)}
      <label>${parts.prompt} <input name="text" required maxlength="500" autocomplete="off" /></label>
      <button>${parts.label}</button>
    </form>
  </details>`
}

function hiddenFields(parts: FormParts): SafeHtml {
  const fields = { csrf: parts.csrf, verb: parts.verb, ...parts.hidden }
  return html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`
}
