import type { QuorumRequirement } from '../domain/approval.ts'
import type { Tier } from '../domain/plan.ts'

export interface RequirementFacts {
  readonly tier: Tier
  /** Group that owns the service; null when the catalog does not say. */
  readonly owner: string | null
  /** In `act`, a playbook that is marked autonomous, of tier 1 and not novel. */
  readonly runsByItself: boolean
}

/** How many approvals, from whom (CONTRACT 7). */
export function requirementOf({ tier, owner, runsByItself }: RequirementFacts): QuorumRequirement {
  const none = { fromOwningGroup: 0, owningGroup: owner }
  switch (tier) {
    case 1:
      return runsByItself
        ? {
            ...none,
            approvals: 0,
            role: 'responder',
            requesterMayApprove: true,
            rules: ['It runs by itself: tier 1, not novel, and the playbook is marked autonomous.'],
          }
        : {
            ...none,
            approvals: 1,
            role: 'responder',
            requesterMayApprove: true,
            rules: ['One approval by a responder; the requester may give it.'],
          }
    case 2:
      return {
        ...none,
        approvals: 1,
        role: 'approver',
        requesterMayApprove: false,
        rules: ['One approval by an approver who is not the requester.'],
      }
    case 3:
      return {
        approvals: 2,
        role: 'approver',
        requesterMayApprove: false,
        fromOwningGroup: 1,
        owningGroup: owner,
        rules: ['Two approvals by two approvers other than the requester.', owningGroupRule(owner)],
      }
    case 4:
      return {
        ...none,
        approvals: 0,
        role: 'approver',
        requesterMayApprove: false,
        rules: ['Countersign does not run it: a person does, by the steps shown here.'],
      }
  }
}

function owningGroupRule(owner: string | null): string {
  return owner === null
    ? 'No group owns the service, so the commander, if an approver, stands in for it.'
    : `One of them from ${owner}, which owns the service.`
}
