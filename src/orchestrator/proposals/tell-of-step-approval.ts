import type { Proposal } from '../../domain/approval.ts'
import type { StepApproval } from '../../domain/step-approval.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import { asProposalOfStep } from '../../executor/as-proposal-of-step.ts'
import { loadStepQuorum } from './load-step-quorum.ts'
import { tellApprovers } from './tell-approvers.ts'

/** A run asks for an approval in its middle: those who can give it are told, in the transaction that asks. */
export async function tellOfStepApproval(
  deps: Deps,
  stores: Stores,
  proposal: Proposal,
  approval: StepApproval,
): Promise<void> {
  const incident = await stores.incidents.find(approval.incidentId)
  if (incident === undefined) return
  const loaded = await loadStepQuorum(deps, stores, proposal, approval, incident)
  const asked = { proposal: asProposalOfStep(proposal, approval), step: approval, incident, facts: loaded.facts }
  await tellApprovers(deps, stores, asked, 'your approval is asked for.')
}
