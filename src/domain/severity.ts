/** SEV1 is the worst. */
export const SEVERITIES = ['SEV1', 'SEV2', 'SEV3', 'SEV4', 'SEV5'] as const
export type Severity = (typeof SEVERITIES)[number]

export function isSeverity(text: string): text is Severity {
  return (SEVERITIES as readonly string[]).includes(text)
}

/** True when `left` is at least as bad as `right`. */
export function isAtLeastAsSevere(left: Severity, right: Severity): boolean {
  return SEVERITIES.indexOf(left) <= SEVERITIES.indexOf(right)
}
