/**
 * What a person typed, out of Slack's markup for it: the bot's own mention at the beginning is dropped, links show as
 * they were written, and the three escaped characters come back. Mentions of people stay as they are (`<@U123>`).
 */
export function spokenText(markup: string, botUserId: string | null): string {
  const withoutMention = dropMention(markup.trim(), botUserId)
  return withoutMention
    .replace(/<(?!@)([^<>|]{0,3000})(?:\|([^<>]{0,3000}))?>/g, (_whole, target: string, label: string | undefined) =>
      writtenAs(target, label),
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/=[“”]([^“”]*)[“”]/g, '="$1"')
    .trim()
}

/** The first mention: of the bot where its id is known, else whichever begins the text. */
function dropMention(markup: string, botUserId: string | null): string {
  const mention = /^<@([A-Z0-9]{1,64})(?:\|[^<>]{0,200})?>\s*/.exec(markup)
  if (mention !== null && (botUserId === null || mention[1] === botUserId)) return markup.slice(mention[0].length)
  return botUserId === null ? markup : markup.replace(new RegExp(`<@${botUserId}(?:\\|[^<>]{0,200})?>`), ' ')
}

function writtenAs(target: string, label: string | undefined): string {
  if (target.startsWith('#')) return `#${label ?? target.slice(1)}`
  if (target.startsWith('!')) return label ?? `@${target.slice(1)}`
  if (target.startsWith('mailto:')) return label ?? target.slice('mailto:'.length)
  // Slack makes links of bare host names: what was typed is the label, what it points to may be longer.
  return label !== undefined && target.endsWith(label) ? label : target
}
