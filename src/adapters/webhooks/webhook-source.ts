import type { Authentication, HttpRequest } from '../http/route.ts'
import type { IncomingAlert } from '../../domain/alert.ts'
import type { IncomingChange } from '../../domain/change-event.ts'
import type { RejectedItem } from '../../orchestrator/index.ts'

/** What a body says in our words, with what of it could not be read. */
export type WebhookReading =
  | { readonly kind: 'alerts'; readonly alerts: readonly IncomingAlert[]; readonly rejected: readonly RejectedItem[] }
  | {
      readonly kind: 'changes'
      readonly changes: readonly IncomingChange[]
      readonly rejected: readonly RejectedItem[]
    }

/**
 * One sender of webhooks. A new one (Grafana, Datadog, CloudEvents, PagerDuty, CloudWatch) is a folder with its
 * schema and its pure translation, and one line in `webhook-sources.ts`.
 */
export interface WebhookSource {
  readonly name: string
  readonly path: string
  readonly authentication: Authentication<null>
  /** Throws HttpFault or UnreadableJsonError for a body that is wrong as a whole. */
  read(request: HttpRequest): WebhookReading
  /** Added to the hash of the body, where the same bytes under another header are another message. */
  keyPrefix?(request: HttpRequest): string
}
