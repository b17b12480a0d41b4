import type { StepApproval, StepDecision } from '../../domain/step-approval.ts'

/** How a nested approval came to its end, for whoever comes too late: each ending as what it is. */
export function describeStepEnding(approval: StepApproval, decisions: readonly StepDecision[]): string {
  const what = `Step ${approval.stepId} of ${approval.runId}`
  const when = timeOf(approval.closedAt)
  const reason = approval.closedReason === null ? '' : ` (${approval.closedReason.replace(/[.\s]+$/, '')})`
  switch (approval.state) {
    case 'approved':
      return `${what} was decided by ${approversOf(decisions)}${when}: approved.`
    case 'rejected':
      return `${what} was decided${when}: rejected${reason}.`
    case 'expired':
      return `${what} expired${when}${reason}.`
    case 'drifted':
      return `${what} became void${when}${reason}.`
    case 'cancelled':
      return `${what} was cancelled${when}${reason}.`
    case 'pending':
      return `${what} still waits.`
  }
}

function approversOf(decisions: readonly StepDecision[]): string {
  const standing = decisions.filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
  return standing.map(({ personName }) => personName).join(' and ')
}

function timeOf(at: Date | null): string {
  return at === null ? '' : ` at ${at.toISOString().replace('T', ' ').slice(0, 16)} UTC`
}
