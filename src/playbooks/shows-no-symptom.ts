import type { Alert } from '../domain/alert.ts'
import type { Suspect } from '../domain/change-event.ts'

/** Reasons that rest on measurements of the changed service and of what calls it: see changes/features.ts. */
const READINGS: readonly string[] = ['comparison', 'failures']

/**
 * Whether others have alerts and the changed service has none, nor a reading that speaks for the change. Where no alert
 * names a service, nobody can tell.
 */
export function showsNoSymptom({ service, reasons }: Suspect, alerts: readonly Alert[]): boolean {
  const named = alerts.filter((alert) => alert.service !== null)
  if (named.length === 0 || named.some((alert) => alert.service === service)) return false
  return !reasons.some(({ feature, weight }) => READINGS.includes(feature) && weight > 0)
}
