import type { Proposal } from '../domain/approval.ts'
import type { Person } from '../domain/person.ts'
import type { StepApproval, StepDecision } from '../domain/step-approval.ts'
import { stepApprovalHashOf } from '../playbooks/step-approval-hash.ts'
import { countQuorum } from '../policy/approval-quorum.ts'
import type { QuorumFacts } from '../policy/approval-quorum.ts'
import { requirementOf } from '../policy/approval-requirement.ts'

export interface StepApprovalFacts {
  readonly approval: StepApproval
  readonly proposal: Pick<Proposal, 'planHash' | 'requester'>
  /** Of any step of the run; those of others are left out here. */
  readonly decisions: readonly StepDecision[]
  /** The directory as it is now. */
  readonly people: readonly Person[]
  readonly commander: string | null
  /** Of the plan's service, as the catalog has it now. */
  readonly owner: string | null
  readonly fatigued: ReadonlySet<string>
  /** Whose approval of this step the policy would not let them give now. */
  readonly forbidden: ReadonlySet<string>
  /** By person id: why the account by which they approved this step does not stand any more. A press asks about its own. */
  readonly disowned?: ReadonlyMap<string, string>
}

/**
 * A nested approval counted like a plan (CONTRACT 7), by the step's own tier, and never less than one. Who approved the
 * plan may approve the step; the requester may where the tier lets them. Approvals of another hash do not count.
 */
export function stepQuorumFacts(facts: StepApprovalFacts): QuorumFacts {
  const { approval, proposal } = facts
  return {
    tier: approval.tier,
    requirement: requirementOf({ tier: approval.tier, owner: facts.owner, runsByItself: false }),
    requester: proposal.requester,
    decisions: facts.decisions.filter(
      (decision) =>
        decision.stepId === approval.stepId && (decision.decision === 'reject' || decision.hash === approval.hash),
    ),
    people: facts.people,
    commander: facts.commander,
    fatigued: facts.fatigued,
    forbidden: facts.forbidden,
    disowned: facts.disowned ?? new Map(),
  }
}

/** null while the approvals of the step stand, with the roles that people have now; else what is wrong or missing. */
export function missingStepApproval(facts: StepApprovalFacts): string | null {
  const { approval, proposal } = facts
  if (approval.hash !== stepApprovalHashOf(proposal.planHash, approval)) {
    return `what step ${approval.stepId} asks for is no longer what people were shown`
  }
  const quorum = countQuorum(stepQuorumFacts(facts))
  if (quorum.state === 'approved') return null
  const gone = quorum.ignored.map(({ reason }) => reason.replace(/[.\s]+$/, ''))
  const why = [...gone, quorum.missing.text.replace(/[.\s]+$/, '')].filter((part) => part !== '')
  return `the approvals of step ${approval.stepId} do not form its quorum (${why.join('; ')})`
}
