import { badField, check, readJson } from '../read-json.ts'
import { bearerAuthentication } from '../../http/bearer.ts'
import { ReportedChange, ReportedChanges } from './schema.ts'
import type { IncomingChange } from '../../../domain/change-event.ts'
import type { RejectedItem } from '../../../orchestrator/index.ts'
import type { WebhookReading, WebhookSource } from '../webhook-source.ts'

/** The way in for everything without a webhook of its own: pipelines, flag services, migrations. */
export function changesSource(tokens: readonly string[]): WebhookSource {
  return {
    name: 'changes',
    path: '/webhooks/changes',
    authentication: bearerAuthentication(tokens, null),
    read: (request) => translate(request.body),
  }
}

/** A single object that is wrong is a 400; in a list the others count. */
function translate(body: Uint8Array): WebhookReading {
  const given = readJson(body, ReportedChanges)
  if (!Array.isArray(given)) {
    const checked = check(given, ReportedChange)
    if ('value' in checked) return { kind: 'changes', changes: [toChange(checked.value)], rejected: [] }
    throw badField(checked)
  }
  const changes: IncomingChange[] = []
  const rejected: RejectedItem[] = []
  given.forEach((item, index) => {
    const checked = check(item, ReportedChange, `[${index}]`)
    if ('value' in checked) changes.push(toChange(checked.value))
    else rejected.push({ index, ...checked })
  })
  return { kind: 'changes', changes, rejected }
}

function toChange({ id, ...given }: ReportedChange): IncomingChange {
  return { ...given, sourceId: id, outcome: given.finishedAt === null ? null : 'succeeded' }
}
