import { redactText } from '../audit/redact.ts'
import { redactTexts } from '../audit/redact-texts.ts'

/** What stands between two tags. */
const WORDS = />[^<]+/g

/**
 * The bodies of our own HTTP answers. JSON is looked at text by text. In pages what looks like a secret is taken out of
 * the words between tags, and the known secrets out of the whole: markup has shapes of its own, such as the token of a
 * form. Metrics hold known words only and are looked at for the known secrets.
 */
export function redactAnswers(secrets: readonly string[]): (text: string, contentType: string) => string {
  const withoutKnown = (text: string) => redactText(text, { secrets, shapes: false }).value
  return (text, contentType) => {
    if (/^application\/(?:[a-z]+\+)?json/.test(contentType)) return redactTexts(text, { secrets })
    if (contentType.startsWith('text/html')) {
      return withoutKnown(text).replace(WORDS, (words) => redactText(words).value)
    }
    return contentType.startsWith('text/plain') ? withoutKnown(text) : text
  }
}
