import type { Decision } from '../domain/approval.ts'
import type { AuditApproval } from '../domain/audit-entry.ts'

/** Field 13 of an entry: the approvals that stand, as they were given. */
export function approvalFields(decisions: readonly Decision[]): readonly AuditApproval[] {
  return decisions
    .filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
    .map((decision) => ({
      subject: decision.personId,
      name: decision.personName,
      rolesAtTime: decision.rolesAtTime,
      groupsAtTime: decision.groupsAtTime,
      roleSource: 'directory',
      decidedAt: decision.at.toISOString(),
      planHashSeen: decision.planHash,
      reason: decision.reason,
      surface: decision.surface,
    }))
}
