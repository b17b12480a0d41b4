import { describeDuration } from '../../kernel/duration.ts'
import { html } from './html.ts'
import type { SafeHtml } from './html.ts'

/** `10:04 UTC, 12 min ago`: relative and absolute, with the exact time in the element. */
export function renderTime(at: Date, now: Date): SafeHtml {
  return html`<time datetime="${at.toISOString()}" title="${at.toISOString()}"
    >${clockTime(at, now)}, ${relative(at, now)}</time
  >`
}

/** The day is named when it is not today's. */
function clockTime(at: Date, now: Date): string {
  const text = at.toISOString()
  const isToday = text.slice(0, 10) === now.toISOString().slice(0, 10)
  return `${isToday ? '' : `${text.slice(0, 10)} `}${text.slice(11, 16)} UTC`
}

function relative(at: Date, now: Date): string {
  const ms = now.getTime() - at.getTime()
  return ms >= 0 ? `${describeDuration(ms)} ago` : `in ${describeDuration(-ms)}`
}
