import type { QuorumRequirement } from '../../domain/approval.ts'
import { countQuorum } from '../../policy/approval-quorum.ts'
import type { QuorumFacts } from '../../policy/approval-quorum.ts'

const TIRED = 'An approver is beyond the limit of decisions, so one more approval is asked for.'

/**
 * What is asked for at this moment, and why it is more than the plan's own rules say: one more where an approval came
 * from somebody beyond the limit, and whose approval counts no more.
 */
export function requirementNow(facts: QuorumFacts): QuorumRequirement {
  const { requirement } = facts
  const { counted, ignored } = countQuorum(facts)
  const isTired = counted.some(({ personId }) => facts.fatigued.has(personId))
  const gone = ignored.map(({ reason }) => `${reason.replace(/[.\s]+$/, '')}: that approval does not count any more.`)
  if (!isTired && gone.length === 0) return requirement
  const rules = [...gone, ...(isTired ? [TIRED] : []), ...requirement.rules]
  return { ...requirement, approvals: requirement.approvals + (isTired ? 1 : 0), rules }
}
