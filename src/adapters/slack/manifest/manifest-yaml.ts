import { Document, isScalar, isSeq } from 'yaml'
import { BOT_SCOPES } from './bot-scopes.ts'
import { EVENT_REASONS } from './event-reasons.ts'

/** The manifest as YAML for Slack's form, each scope and event with what it is for. */
export function manifestYaml(manifest: Readonly<Record<string, unknown>>): string {
  const document = new Document(manifest)
  document.commentBefore = ' Paste it at https://api.slack.com/apps, Create New App, From a manifest.'
  const scopeReasons = Object.fromEntries(BOT_SCOPES.map(({ scope, why }) => [scope, why]))
  explain(document, ['oauth_config', 'scopes', 'bot'], scopeReasons)
  explain(document, ['settings', 'event_subscriptions', 'bot_events'], EVENT_REASONS)
  return document.toString({ lineWidth: 0 })
}

function explain(document: Document, path: readonly string[], reasons: Readonly<Record<string, string>>): void {
  const list = document.getIn(path)
  if (!isSeq(list)) return
  for (const item of list.items) {
    const reason = isScalar(item) ? reasons[String(item.value)] : undefined
    if (isScalar(item) && reason !== undefined) item.comment = ` ${reason}`
  }
}
