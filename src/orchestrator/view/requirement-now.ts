import type { QuorumRequirement } from '../../domain/approval.ts'
import { countQuorum } from '../../policy/approval-quorum.ts'
import type { QuorumFacts } from '../../policy/approval-quorum.ts'

const TIRED = 'An approver is beyond the limit of decisions, so one more approval is asked for.'

/** What is asked for at this moment: one more where an approval came from somebody beyond the limit, and why. */
export function requirementNow(facts: QuorumFacts): QuorumRequirement {
  const { requirement } = facts
  const isTired = countQuorum(facts).counted.some(({ personId }) => facts.fatigued.has(personId))
  return isTired
    ? { ...requirement, approvals: requirement.approvals + 1, rules: [TIRED, ...requirement.rules] }
    : requirement
}
