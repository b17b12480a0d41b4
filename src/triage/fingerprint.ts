import type { Labels } from '../domain/alert.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { sha256Hex } from '../kernel/sha256.ts'

/** Labels that name who saw the alert, not what is wrong: two Prometheus replicas report one alert. */
const OBSERVER_LABELS: ReadonlySet<string> = new Set(['prometheus', 'prometheus_replica', 'replica', 'monitor'])

/**
 * The alert's identity: equal fingerprints mean the same alert, whichever replica or Alertmanager told us. The
 * source's own fingerprint does not count, since an attacker or a relay may set it to anything. An empty label is an
 * absent one, as in Prometheus.
 */
export function fingerprintAlert(source: string, labels: Labels): string {
  const identifying = Object.fromEntries(
    Object.entries(labels).filter(([name, value]) => value !== '' && !isObserver(name)),
  )
  return sha256Hex(canonicalJson([source, identifying])).slice(0, 32)
}

function isObserver(name: string): boolean {
  return name.startsWith('__') || OBSERVER_LABELS.has(name)
}
