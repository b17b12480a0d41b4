import { redactText } from '../audit/redact.ts'
import { redactTexts } from '../audit/redact-texts.ts'

/**
 * The bodies of our own HTTP answers. JSON is looked at text by text. Pages and metrics are looked at for the known
 * secrets alone: what has the shape of one was taken out when the page's facts were read, and markup has shapes of its
 * own, such as the token of a form.
 */
export function redactAnswers(secrets: readonly string[]): (text: string, contentType: string) => string {
  return (text, contentType) => {
    if (/^application\/(?:[a-z]+\+)?json/.test(contentType)) return redactTexts(text, { secrets })
    if (!/^text\/(?:html|plain)/.test(contentType)) return text
    return redactText(text, { secrets, shapes: false }).value
  }
}
