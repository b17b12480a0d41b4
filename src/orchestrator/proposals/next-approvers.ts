import type { Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Person } from '../../domain/person.ts'
import { listEligibleApprovers } from '../../policy/approval-quorum.ts'
import type { QuorumFacts } from '../../policy/approval-quorum.ts'
import { personPrincipal } from '../authorization-subjects.ts'
import type { Deps } from '../dependencies.ts'
import type { OnCallNow } from '../decisions/read-on-call.ts'
import { modeFor, servicesOf } from './mode-and-freeze.ts'
import { proposalResource } from '../../executor/proposal-resource.ts'

/**
 * Who can give an approval that is missing and whom the policy would let: the owning group first. Where nobody knows who
 * is on call, those whom the policy would let if they were are named as well: being told grants nothing.
 */
export function nextApprovers(
  deps: Deps,
  proposal: Proposal,
  incident: Incident,
  facts: QuorumFacts,
  onCall: OnCallNow | null = null,
): readonly Person[] {
  const mode = modeFor(deps, servicesOf(incident, proposal.plan.service))
  const resource = proposalResource(deps.catalog, proposal)
  const isAllowed = (person: Person) => {
    const isOnCall = onCall?.ids == null || onCall.ids.has(person.id)
    const context = { mode, onCall: isOnCall ? 'yes' : 'no' } as const
    return (
      deps.authorize({ principal: personPrincipal(person), action: 'approve', resource, context }).verdict === 'allow'
    )
  }
  const allowed = listEligibleApprovers(facts).filter(isAllowed)
  const group = proposal.required.owningGroup
  const isOwner = (person: Person) => group !== null && person.groups.includes(group)
  return [...allowed.filter(isOwner), ...allowed.filter((person) => !isOwner(person))]
}
