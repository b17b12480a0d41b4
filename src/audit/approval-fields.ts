import type { Decision } from '../domain/approval.ts'
import type { AuditApproval } from '../domain/audit-entry.ts'
import type { StepDecision } from '../domain/step-approval.ts'

/** Field 13 of an entry: the approvals that stand, of a plan or of a step, as they were given. */
export function approvalFields(decisions: readonly (Decision | StepDecision)[]): readonly AuditApproval[] {
  return decisions
    .filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
    .map((decision) => ({
      subject: decision.personId,
      name: decision.personName,
      rolesAtTime: decision.rolesAtTime,
      groupsAtTime: decision.groupsAtTime,
      roleSource: 'directory',
      decidedAt: decision.at.toISOString(),
      planHashSeen: 'planHash' in decision ? decision.planHash : decision.hash,
      reason: decision.reason,
      surface: decision.surface,
      ...(decision.onCall === null ? {} : { onCall: { standing: decision.onCall, source: 'pagerduty' } }),
    }))
}
