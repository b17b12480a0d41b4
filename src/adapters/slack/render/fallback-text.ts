import { truncateText } from '../../../kernel/clean-text.ts'
import { visibleText } from '../../shared/card/visible-text.ts'

const LONGEST_FALLBACK = 3_000

/**
 * The top-level `text` of a message: what notifications and screen readers take. Slack reads markup in it, so the three
 * characters that begin markup are escaped; what is cut is cut before, never inside an escape.
 */
export function fallbackText(text: string, maxLength: number = LONGEST_FALLBACK): string {
  const visible = visibleText(text, maxLength)
  const escaped = escapeMarkup(visible)
  if (escaped.length <= maxLength) return escaped
  // An escape is at most five characters long, so a fifth always fits.
  return escapeMarkup(truncateText(visible, Math.floor(maxLength / 5)))
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
