import { isAtLeastAsSevere } from '../domain/severity.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import { withoutStop } from './wording.ts'
import type { Alert } from '../domain/alert.ts'

const LONGEST = 140
// In the order in which alert rules of common collections put what a person should read first.
const TELLING = ['summary', 'title', 'message', 'description']

/** The alert that says best what one sees: one that still fires, the most severe, the first of those. */
export function leadingAlert(alerts: readonly Alert[]): Alert | undefined {
  const firing = alerts.filter((alert) => alert.status === 'firing')
  return (firing.length > 0 ? firing : alerts).toSorted(bySeverityThenStart)[0]
}

/** What one sees, in the alert's own words. */
export function describeSymptom(alerts: readonly Alert[], title: string): string {
  const alert = leadingAlert(alerts)
  if (alert === undefined) return oneLineText(title, LONGEST)
  const told = TELLING.map((name) => alert.annotations[name] ?? '').find((text) => text.trim() !== '')
  return withoutStop(oneLineText(told ?? alert.name, LONGEST))
}

function bySeverityThenStart(left: Alert, right: Alert): number {
  if (left.severity !== right.severity) return isAtLeastAsSevere(left.severity, right.severity) ? -1 : 1
  if (left.startsAt.getTime() !== right.startsAt.getTime()) return left.startsAt.getTime() - right.startsAt.getTime()
  return left.name < right.name ? -1 : 1
}
