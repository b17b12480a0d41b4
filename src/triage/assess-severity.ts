import type { Criticality } from '../domain/service-catalog.ts'
import { isAtLeastAsSevere, isSeverity } from '../domain/severity.ts'
import type { Labels } from '../domain/alert.ts'
import type { Severity } from '../domain/severity.ts'

export interface SeverityAssessment {
  readonly severity: Severity
  readonly reason: { readonly rule: string; readonly text: string }
}

type Urgency = 'critical' | 'high' | 'warning' | 'info'

/** What monitoring calls it, in the words that rules commonly use. */
const URGENCY_OF_WORD: Readonly<Record<string, Urgency>> = {
  critical: 'critical',
  crit: 'critical',
  page: 'critical',
  emergency: 'critical',
  fatal: 'critical',
  disaster: 'critical',
  alert: 'critical',
  error: 'high',
  err: 'high',
  high: 'high',
  major: 'high',
  urgent: 'high',
  warning: 'warning',
  warn: 'warning',
  medium: 'warning',
  moderate: 'warning',
  minor: 'warning',
  ticket: 'warning',
  average: 'warning',
  low: 'info',
  info: 'info',
  informational: 'info',
  information: 'info',
  notice: 'info',
  none: 'info',
  debug: 'info',
}

/** How much a symptom of this urgency hurts on a service of criticality 1, 2, 3, 4. */
const SEVERITY_BY_CRITICALITY: Readonly<Record<Urgency, readonly [Severity, Severity, Severity, Severity]>> = {
  critical: ['SEV1', 'SEV2', 'SEV2', 'SEV3'],
  high: ['SEV2', 'SEV2', 'SEV3', 'SEV4'],
  warning: ['SEV3', 'SEV3', 'SEV4', 'SEV4'],
  info: ['SEV5', 'SEV5', 'SEV5', 'SEV5'],
}

/** What an absent annotation means (CONTRACT 7). */
const DEFAULT_CRITICALITY: Criticality = 2

/** `severity` before `priority`; an explicit SEV1-5 or P1-5 is taken as it is, a word is weighed by criticality. */
export function assessSeverity(labels: Labels, criticality: Criticality | null): SeverityAssessment {
  for (const label of ['severity', 'priority']) {
    const value = (labels[label] ?? '').trim()
    const explicit = explicitSeverity(value)
    if (explicit !== undefined) {
      return { severity: explicit, reason: { rule: 'explicit', text: `The label ${label} says ${explicit}.` } }
    }
    const urgency = Object.hasOwn(URGENCY_OF_WORD, value.toLowerCase())
      ? URGENCY_OF_WORD[value.toLowerCase()]
      : undefined
    if (urgency !== undefined) return weigh(urgency, `The label ${label} says ${value.toLowerCase()}`, criticality)
  }
  const assumed = weigh('warning', 'No label says how severe it is', criticality)
  return { ...assumed, reason: { ...assumed.reason, rule: 'assumed' } }
}

/** The worse of two. */
export function worstSeverity(left: Severity, right: Severity): Severity {
  return isAtLeastAsSevere(left, right) ? left : right
}

function explicitSeverity(value: string): Severity | undefined {
  const digit = /^(?:sev|p)[-_ ]?([1-5])$/i.exec(value)?.[1]
  const severity = `SEV${digit ?? ''}`
  return isSeverity(severity) ? severity : undefined
}

function weigh(urgency: Urgency, said: string, criticality: Criticality | null): SeverityAssessment {
  const level = criticality ?? DEFAULT_CRITICALITY
  const on =
    criticality === null
      ? `the service is not in the catalog and counts as criticality ${level}`
      : `the service has criticality ${level}`
  return {
    severity: SEVERITY_BY_CRITICALITY[urgency][level - 1] ?? 'SEV3',
    reason: { rule: urgency, text: `${said}, and ${on}.` },
  }
}
