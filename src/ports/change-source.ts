import type { IncomingChange } from '../domain/change-event.ts'
import type { Service } from '../domain/service-catalog.ts'

/** A place that can be asked for the recent changes of a service, because its notifications are best effort. */
export interface ChangeSource {
  readonly name: string
  /** Throws vendor errors when it cannot be reached: the card then says so. */
  listChanges(service: Service, since: Date, signal: AbortSignal): Promise<readonly IncomingChange[]>
}
