/**
 * What a person typed, out of Slack's markup for it: links show as they were written, and the three escaped characters
 * come back. Mentions of people stay as they are (`<@U123>`).
 */
export function plainMarkup(markup: string): string {
  return markup
    .replace(/<(?!@)([^<>|]{0,3000})(?:\|([^<>]{0,3000}))?>/g, (_whole, target: string, label: string | undefined) =>
      writtenAs(target, label),
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function writtenAs(target: string, label: string | undefined): string {
  if (target.startsWith('#')) return `#${label ?? target.slice(1)}`
  if (target.startsWith('!')) return label ?? `@${target.slice(1)}`
  if (target.startsWith('mailto:')) return label ?? target.slice('mailto:'.length)
  // Slack makes links of bare host names: what was typed is the label, what it points to may be longer.
  return label !== undefined && target.endsWith(label) ? label : target
}
