import { environmentKey } from '../../domain/environment.ts'
import { relatedServices } from '../../triage/services-around.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { PreparedAlert } from './prepare-alerts.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'

/** A delivery may name a thousand services, and Postgres has room for some thousand locks in all. */
const LOCKS = 128

/**
 * Of two deliveries that could open the same incident the later one waits, and then sees what the earlier one opened.
 *
 * Each locks its services and their direct neighbours. That covers two steps in the dependency graph, which is as far as
 * anything joins (triage/relate-alert.ts): of two services so close, whatever lies between them is a neighbour of both.
 * What joins from farther away joins one way only (a service that is not in the catalog a storm that is there already),
 * and as if it had come first. The store takes them in the order of their names, so that nobody waits in a circle.
 * Alerts that have nothing to do with each other seldom wait: their names share one of many locks.
 */
export function groupingLocks(
  catalog: ServiceCatalog,
  alerts: readonly Pick<PreparedAlert, 'environment' | 'service'>[],
): readonly string[] {
  const names = alerts.flatMap(({ environment, service }) => {
    const services = service === null ? [''] : relatedServices(catalog, [service])
    return services.map((name) => `${environmentKey(environment)} ${name}`)
  })
  const buckets = [...new Set(names)].map((name) => parseInt(sha256Hex(name).slice(0, 8), 16) % LOCKS)
  return [...new Set(buckets)].map((bucket) => `grouping ${String(bucket)}`).sort()
}
