import type { Actor } from '../../domain/actor.ts'
import type { AuditOutcome, AuditRecord } from '../../domain/audit-entry.ts'
import type { ConfigurationChange } from '../../domain/configuration.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Origin } from '../../domain/surface.ts'
import type { Stores } from '../../ports/stores.ts'

export interface ChangeNews {
  /** `noun.past`. */
  readonly event: string
  readonly actor: Actor
  readonly origin: Origin
  readonly outcome?: AuditOutcome
  readonly reasonCode?: string
  readonly policyVersion?: string
  readonly details?: JsonObject
}

export function recordOfChange(change: ConfigurationChange, news: ChangeNews): AuditRecord {
  const { event, actor, origin, outcome = 'success', reasonCode, policyVersion, details } = news
  return {
    event,
    actor,
    origin,
    outcome,
    ...(reasonCode === undefined ? {} : { reasonCode }),
    ...(policyVersion === undefined ? {} : { policyVersion }),
    target: { system: 'countersign', resource: `configuration ${change.id}`, environment: null },
    details: { change: change.id, digest: change.digest, parent: change.parent, review: change.review, ...details },
  }
}

/** Its message in chat is sent, or brought up to date, after commit. */
export async function tellOfChange(stores: Stores, changeId: string): Promise<void> {
  await stores.outbox.append([{ kind: 'configuration', incidentId: null, changeId, priority: 'approval' }])
}
