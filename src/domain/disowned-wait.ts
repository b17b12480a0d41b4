const BEGINS = 'An approval of step '

/** What a run says of itself while an approval that was given for its step does not count; the same in every look. */
export function describeDisownedWait(stepId: string, reasons: readonly string[]): string {
  return `${BEGINS}${stepId} does not count: ${reasons.join(' ')} Another approver has to approve it.`
}

/** Whether that is what a run says of itself. */
export function isDisownedWait(detail: string | null): boolean {
  return detail?.startsWith(BEGINS) === true
}
