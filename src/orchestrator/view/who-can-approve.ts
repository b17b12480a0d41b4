import type { Decision, QuorumRequirement } from '../../domain/approval.ts'
import type { Person } from '../../domain/person.ts'

export interface ApprovalCount {
  /** Approvals that count towards the quorum. */
  readonly counted: number
  /** Those whose approval would bring the quorum nearer, those on call first. */
  readonly canApprove: readonly Person[]
}

/** For display only: what counts when a decision falls, the policy says, under the proposal's lock. */
export function countApprovals(
  required: QuorumRequirement,
  requester: string,
  decisions: readonly Decision[],
  people: readonly Person[],
  onCall: readonly string[],
): ApprovalCount {
  const standing = decisions.filter((decision) => decision.withdrawnAt === null)
  const approvals = standing.filter(
    (decision) =>
      decision.decision === 'approve' &&
      decision.rolesAtTime.includes(required.role) &&
      (required.requesterMayApprove || decision.personId !== requester),
  )
  const fromGroup = approvals.filter((decision) => isIn(decision.groupsAtTime, required.owningGroup)).length
  const missing = required.approvals - approvals.length
  const missingFromGroup = Math.max(0, required.fromOwningGroup - fromGroup)
  const canApprove = people.filter((person) => {
    const mayAtAll = person.roles.includes(required.role) && (required.requesterMayApprove || person.id !== requester)
    const hasDecided = standing.some((decision) => decision.personId === person.id)
    // When every missing approval must come from the owning group, others cannot help.
    const isOfUse = missing > missingFromGroup || isIn(person.groups, required.owningGroup)
    return mayAtAll && !hasDecided && isOfUse && missing > 0
  })
  return { counted: approvals.length, canApprove: onCallFirst(canApprove, onCall) }
}

function isIn(groups: readonly string[], group: string | null): boolean {
  return group !== null && groups.includes(group)
}

function onCallFirst(people: readonly Person[], onCall: readonly string[]): readonly Person[] {
  const isOnCall = (person: Person) => onCall.includes(person.id) || onCall.includes(person.name)
  return [...people.filter(isOnCall), ...people.filter((person) => !isOnCall(person))]
}
