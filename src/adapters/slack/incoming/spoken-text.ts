import { plainMarkup } from './plain-markup.ts'

/** What a person said to the bot: its own mention is dropped, and markup is as it was typed. */
export function spokenText(markup: string, botUserId: string | null): string {
  const withoutMention = dropMention(markup.trim(), botUserId)
  return plainMarkup(withoutMention)
    .replace(/=[“”]([^“”]*)[“”]/g, '="$1"')
    .trim()
}

/** The first mention: of the bot where its id is known, else whichever begins the text. */
function dropMention(markup: string, botUserId: string | null): string {
  const mention = /^<@([A-Z0-9]{1,64})(?:\|[^<>]{0,200})?>\s*/.exec(markup)
  if (mention !== null && (botUserId === null || mention[1] === botUserId)) return markup.slice(mention[0].length)
  return botUserId === null ? markup : markup.replace(new RegExp(`<@${botUserId}(?:\\|[^<>]{0,200})?>`), ' ')
}
