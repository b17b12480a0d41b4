import { redactText } from '../audit/redact.ts'
import { redactTexts } from '../audit/redact-texts.ts'

/** What stands between two tags, and the attributes that people are shown or read to. */
const WORDS = />[^<]+|\s(?:alt|aria-label|title|placeholder)="[^"]*"/g

/**
 * The bodies of our own HTTP answers. JSON is looked at text by text. In pages what looks like a secret is taken out of
 * the words between tags and of attributes for people, and the known secrets out of the whole: markup has shapes of its
 * own, such as the token of a form. A picture is such a page. Whatever else is text is looked at for the known secrets.
 */
export function redactAnswers(secrets: readonly string[]): (text: string, contentType: string) => string {
  const withoutKnown = (text: string) => redactText(text, { secrets, shapes: false }).value
  return (text, contentType) => {
    if (/^application\/(?:[a-z]+\+)?json/.test(contentType)) return redactTexts(text, { secrets })
    const clean = withoutKnown(text)
    return isMarkup(contentType) ? clean.replace(WORDS, (words) => redactText(words).value) : clean
  }
}

function isMarkup(contentType: string): boolean {
  return contentType.startsWith('text/html') || contentType.startsWith('image/svg+xml')
}
